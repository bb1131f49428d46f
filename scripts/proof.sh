#!/usr/bin/env bash
# The long checks, with full counts (HUB_PROOF=1). What each found goes to docs/proof/, one file for
# each kind, with the commit and the size of the machine; lines that begin with "proof:" are kept.
# With names as arguments only those: scripts/proof.sh screen
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/bin:$PATH"
export HUB_PROOF=1
mkdir -p target docs/proof
failed=()

commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain -- . ':!docs/proof')" ] || commit+=" with changes"
machine="$(nproc) cores, $(awk '/^MemTotal:/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GiB"

prove() { # prove NAME TITLE COMMAND...
  local name=$1 title=$2 log=target/proof-$1.log at=$SECONDS
  shift 2
  echo "── $title"
  "$@" 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]} outcome=passed
  [ "$status" -eq 0 ] || { outcome=FAILED && failed+=("$name"); }
  {
    printf '%s\n\ncommit %s, %s, %s\n%s after %d s: HUB_PROOF=1 %s\n\n' \
      "$title" "$commit" "$(date -u +%F)" "$machine" "$outcome" $((SECONDS - at)) "$*"
    # No paths of this machine, no colours, and of all that is printed only what counts.
    sed -e 's/\x1b\[[0-9;]*m//g' -e "s|$PWD|.|g" -e "s|$HOME|~|g" "$log" |
      grep -oE 'proof: .*|^ *(Summary \[|Tests +|Test Files +|(FAIL|TIMEOUT) ).*' | sed -e 's/^proof: //' -e 's/^ *//' | awk '!seen[$0]++'
  } >"docs/proof/$name.txt"
}

hub=(-p tauri-plugin-realtime-hub --no-default-features --features sqlite,phone)

hub() {
  if cargo nextest --version >/dev/null 2>&1; then
    prove hub "The hub's tests" cargo nextest run --profile proof "${hub[@]}"
  else
    prove hub "The hub's tests" cargo test "${hub[@]}" -- --show-output
  fi
}

screen() {
  cargo build --quiet --release "${hub[@]}",test-util --example screen-pictures || { failed+=(screen) && return; }
  export HUB_SCREEN_PICTURES=target/release/examples/screen-pictures
  prove screen "Pictures of screens" npm run --silent e2e:screen
}

cuts() {
  cargo build --quiet "${hub[@]}" --example headless || { failed+=(cuts) && return; }
  prove cuts "Cuts of the connection under a browser" npm run --silent e2e -- cuts
}

rest() {
  cargo build --quiet "${hub[@]}" --example headless || { failed+=(rest) && return; }
  prove rest "Requests made from the document of the REST API" npm run --silent e2e -- rest
}

bench() {
  cargo build --quiet --release "${hub[@]}",test-util --example headless || { failed+=(bench) && return; }
  prove bench "Speed and memory" cargo bench --quiet "${hub[@]}",test-util --bench terminals
}

for check in "${@:-hub screen cuts rest bench}"; do
  for name in $check; do
    case $name in
      hub | screen | cuts | rest | bench) "$name" ;;
      *) echo "proof: there is no check named $name" >&2 && failed+=("$name") ;;
    esac
  done
done

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}"
  exit 1
fi
echo "proven; see docs/proof/"

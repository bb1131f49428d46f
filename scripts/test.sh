#!/usr/bin/env bash
# Everything that must hold on every commit. Ends with what passed and failed, the time it
# took and the disk it used.
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/bin:$PATH"
mkdir -p target
log=target/test.log
: >"$log"
begun=$SECONDS
failed_steps=()

step() { # step NAME COMMAND...
  local name=$1 at=$SECONDS
  shift
  echo "── $name"
  "$@" 2>&1 | tee -a "$log"
  local status=${PIPESTATUS[0]}
  echo "── $name: $((SECONDS - at)) s"
  [ "$status" -eq 0 ] || failed_steps+=("$name")
}

hub=(-p tauri-plugin-realtime-hub --no-default-features --features sqlite,phone)
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run)
else
  runner=(cargo test)
fi

step "hub alone" "${runner[@]}" "${hub[@]}"
step "plugin" "${runner[@]}" --workspace --lib --test plugin
step "doctests" cargo test --doc -p tauri-plugin-realtime-hub
step "JavaScript units" npm test
# The packages of the tests that speak Python; those are skipped where they cannot be had.
[ target/e2e-python/installed -nt e2e/requirements.txt ] || step "python packages" npm run e2e:python
step "headless example" cargo build "${hub[@]}" --example headless
step "screen pictures example" cargo build "${hub[@]}",test-util --example screen-pictures
step "pictures of screens" npm run e2e:screen
step "browser" npm run e2e
step "desktop" npm run e2e:desktop

# nextest: "12 passed, 1 failed"; cargo test: "ok. 12 passed; 1 failed"; vitest: "Tests  1 failed | 12 passed".
plain=$(sed 's/\x1b\[[0-9;]*m//g' "$log")
sum() { grep -E '^ +Summary \[|^test result:|^ +Tests +' <<<"$plain" | grep -oE "[0-9]+ $1" | awk '{n += $1} END {print n + 0}'; }
passed=$(sum passed)
failed=$(sum failed)
if [ ${#failed_steps[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed_steps[@]}"
  [ "$failed" -gt 0 ] || failed=${#failed_steps[@]}
fi
echo "took $((SECONDS - begun)) s; target/ holds $(du -sh target 2>/dev/null | cut -f1)"
echo "$passed passed, $failed failed"
[ ${#failed_steps[@]} -eq 0 ]

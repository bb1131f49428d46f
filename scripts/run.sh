#!/usr/bin/env bash
# Starts the desktop example; without a display, the hub alone with a shell in a terminal.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" != Linux ]; then
  npm run build -w examples/desktop
  exec cargo run -q -p realtime-hub-desktop
fi
echo "There is no display here, so this is the hub alone, with a shell in a terminal."
exec cargo run -q --no-default-features --features sqlite,phone --example headless -- \
  --qr --terminal shell= "$@"

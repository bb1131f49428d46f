// Unit tests of this package, against a Socket.IO server from npm and @xterm/headless.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'guest-js', environment: 'node', include: ['test/**/*.test.ts'] },
})

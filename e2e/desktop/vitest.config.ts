// The desktop example in a real window on a display of its own, with a phone-sized browser beside
// it. One window at a time: the WebDriver has one session.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'e2e-desktop',
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
})

// End-to-end tests: the real hub, the real page, stock clients. One file after the other, because
// each has a browser or a hub of its own and machines are small.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'e2e',
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

// Exact pictures: recordings of real programs against the reference terminal. Counts are small here
// and full with HUB_PROOF=1 (`make proof`).

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'screen',
    environment: 'node',
    include: ['*.test.ts'],
    testTimeout: process.env['HUB_PROOF'] ? 3_600_000 : 60_000,
  },
})

// Builds the page into dist/, which the hub embeds and serves at `/`. Its policy forbids inline
// scripts and anything from elsewhere, so nothing may be inlined except small images and fonts.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  base: '/',
  build: {
    target: ['es2022', 'safari16'],
    // The polyfill would be an inline script.
    modulePreload: { polyfill: false },
    // One page, opened over a tunnel by a phone: one script is quicker than several.
    chunkSizeWarningLimit: 700,
  },
  test: { name: 'phone', environment: 'node', include: ['test/**/*.test.ts'] },
})

// Builds the window's page into dist/, which Tauri embeds in the application. The window's policy
// forbids inline scripts and anything from elsewhere.

import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    target: ['es2022', 'safari16'],
    // The polyfill would be an inline script.
    modulePreload: { polyfill: false },
    // Loaded from the application itself: one script is as quick as several.
    chunkSizeWarningLimit: 700,
  },
})

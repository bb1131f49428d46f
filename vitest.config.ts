// Names the packages that have tests. `npm test` runs the units; `npm run e2e` what needs the hub.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { projects: ['guest-js', 'phone', 'ui', 'e2e', 'e2e/desktop', 'e2e/screen'] },
})

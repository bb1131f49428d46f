// Compiles src/ twice, to ES modules and to CommonJS, each with its own declarations, so that
// both kinds of importer get types that match what they load. Knows nothing of what it compiles.

import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript')), 'tsc.js')
const run = (...args) => execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...args], { cwd: here, stdio: 'inherit' })

rmSync(join(here, 'dist-js'), { recursive: true, force: true })
run()
// The sources are written as ES modules, which `verbatimModuleSyntax` would hold them to.
run('--outDir', 'dist-js/cjs', '--module', 'commonjs', '--verbatimModuleSyntax', 'false')
// The package is of type "module"; this folder is not.
writeFileSync(join(here, 'dist-js/cjs/package.json'), '{ "type": "commonjs" }\n')

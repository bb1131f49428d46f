// Starts the page. What it shows is decided in app.tsx.

import '@xterm/xterm/css/xterm.css'
import './style.css'

import { render } from 'preact'

import { App } from './app.js'
import { browserStore } from './credential.js'
import { followViewport } from './viewport.js'

followViewport()
const root = document.getElementById('app')
if (root !== null) render(<App store={browserStore()} />, root)

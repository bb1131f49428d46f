// Starts the window's page. What it shows is decided in app.tsx.

import '@xterm/xterm/css/xterm.css'
import './style.css'

import { render } from 'preact'

import { App } from './app.js'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)

// Broadcasts a pseudo-terminal, its standard input, to everybody in a Socket.IO room: what one
// would write in Node. The hub is measured against it.
//
//   node server.js text|binary timer|turn
//
// `timer` sends what has gathered after 16 ms, or at once when it is more than 4 KiB. `turn`
// sends what has gathered in a turn of the event loop, which is kinder to a flood.

import { Buffer } from 'node:buffer'
import { createServer } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { ReadStream } from 'node:tty'
import { Server } from 'socket.io'

const [encoding, gather] = process.argv.slice(2)
const FLUSH_AFTER_MS = 16
const FLUSH_BEYOND = 4096

const http = createServer()
// Its clients answer no heartbeats while something else is measured.
const terminals = new Server(http, { pingTimeout: 120_000 }).of('/terminal')

terminals.on('connection', (socket) => {
  socket.on('terminal:watch', ({ sessionId }, ack) => {
    socket.join(`terminal:${sessionId}`)
    ack({ success: true, cols: 80, rows: 24, scrollback: '' })
  })
})

const broadcast = (data) =>
  terminals.to('terminal:t').emit('terminal:output', { sessionId: 't', data })

const join = encoding === 'text' ? (parts) => parts.join('') : (parts) => Buffer.concat(parts)

let gathered = []
let size = 0
let timer = null

function flush() {
  const data = join(gathered)
  gathered = []
  size = 0
  if (timer) clearTimeout(timer)
  timer = null
  if (data.length > 0) broadcast(data)
}

function output(part) {
  gathered.push(part)
  size += part.length
  if (gather === 'turn') {
    if (gathered.length === 1) setImmediate(flush)
    return
  }
  timer ??= setTimeout(flush, FLUSH_AFTER_MS)
  if (size > FLUSH_BEYOND) flush()
}

const decoder = new StringDecoder('utf8')
const terminal = new ReadStream(0)
// The first bytes say that the program is ready, and nobody watches yet.
terminal.once('data', () => {
  terminal.on('data', (bytes) => output(encoding === 'text' ? decoder.write(bytes) : bytes))
  http.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}` }))
  })
})
// A terminal ends with an error, when its program does.
terminal.on('error', () => process.exit())
terminal.on('end', () => process.exit())

// Closes a window as its close button does: without a window manager nobody else can, so this
// speaks just enough of the X11 protocol. Knows nothing of what is in the window.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const QUERY_TREE = 15
const INTERN_ATOM = 16
const GET_PROPERTY = 20
const SEND_EVENT = 25
const CLIENT_MESSAGE = 33
/** Replies, errors and events are this long; a reply says how much follows. */
const HEAD = 32

/** Asks every window on `display` that can be closed to close. Returns how many were asked. */
export async function closeWindows(display: number): Promise<number> {
  const x = await X11.connect(display)
  try {
    const protocols = await x.atom('WM_PROTOCOLS')
    const deleteWindow = await x.atom('WM_DELETE_WINDOW')
    let asked = 0
    // Without a window manager every top-level window is the root's own child.
    for (const window of await x.children(x.root)) {
      if (!(await x.property(window, protocols)).includes(deleteWindow)) continue
      x.message(window, protocols, deleteWindow)
      asked += 1
    }
    // Answered only after what was sent before it has been dealt with.
    await x.children(x.root)
    return asked
  } finally {
    x.end()
  }
}

class X11 {
  #received = Buffer.alloc(0)

  private constructor(
    private readonly socket: Socket,
    public root = 0,
  ) {
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data])
    })
  }

  static async connect(display: number): Promise<X11> {
    const socket = connect(`/tmp/.X11-unix/X${display}`)
    await once(socket, 'connect')
    const x = new X11(socket)
    const hello = Buffer.alloc(12)
    hello.write('l') // little endian
    hello.writeUInt16LE(11, 2)
    socket.write(hello)
    const head = await x.#take(8)
    if (head[0] !== 1) throw new Error('The X server refused the connection')
    const setup = await x.#take(4 * head.readUInt16LE(6))
    const vendorLength = setup.readUInt16LE(16)
    const formats = setup.readUInt8(21)
    x.root = setup.readUInt32LE(32 + pad(vendorLength) + 8 * formats)
    return x
  }

  end(): void {
    this.socket.destroy()
  }

  async atom(name: string): Promise<number> {
    const body = Buffer.alloc(4 + pad(name.length))
    body.writeUInt16LE(name.length, 0)
    body.write(name, 4, 'latin1')
    return (await this.#ask(INTERN_ATOM, 0, body)).readUInt32LE(8)
  }

  async children(window: number): Promise<number[]> {
    const reply = await this.#ask(QUERY_TREE, 0, words(window))
    return Array.from({ length: reply.readUInt16LE(16) }, (_, index) => reply.readUInt32LE(HEAD + 4 * index))
  }

  /** The words of a property; none when it is not set. */
  async property(window: number, name: number): Promise<number[]> {
    const reply = await this.#ask(GET_PROPERTY, 0, words(window, name, 0, 0, 64))
    if (reply[1] !== 32) return []
    return Array.from({ length: reply.readUInt32LE(16) }, (_, index) => reply.readUInt32LE(HEAD + 4 * index))
  }

  message(window: number, type: number, data: number): void {
    const event = Buffer.alloc(HEAD)
    event[0] = CLIENT_MESSAGE
    event[1] = 32
    event.writeUInt32LE(window, 4)
    event.writeUInt32LE(type, 8)
    event.writeUInt32LE(data, 12)
    this.#send(SEND_EVENT, 0, Buffer.concat([words(window, 0), event]))
  }

  #send(opcode: number, detail: number, body: Buffer): void {
    const head = Buffer.alloc(4)
    head[0] = opcode
    head[1] = detail
    head.writeUInt16LE(1 + body.length / 4, 2)
    this.socket.write(Buffer.concat([head, body]))
  }

  async #ask(opcode: number, detail: number, body: Buffer): Promise<Buffer> {
    this.#send(opcode, detail, body)
    const head = await this.#take(HEAD)
    if (head[0] !== 1) throw new Error(`X11 request ${opcode} failed with error ${String(head[1])}`)
    return Buffer.concat([head, await this.#take(4 * head.readUInt32LE(4))])
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await once(this.socket, 'data')
    const taken = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return taken
  }
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => buffer.writeUInt32LE(value, 4 * index))
  return buffer
}

function pad(length: number): number {
  return Math.ceil(length / 4) * 4
}

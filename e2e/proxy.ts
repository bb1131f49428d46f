// A wire that can be cut: passes TCP on to the hub until told otherwise. Knows no protocol.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Transform, type TransformCallback } from 'node:stream'

export class Proxy {
  private readonly sockets = new Set<Socket>()
  private refusing = false
  /** What passes before the next cut, and whom to tell of it. */
  private fuse: { bytes: number; readonly burnt: () => void } | undefined

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(hubUrl: string): Promise<Proxy> {
    const { hostname, port } = new URL(hubUrl)
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new Proxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.on('connection', (near) => {
      if (proxy.refusing) near.resetAndDestroy()
      else proxy.join(near, connect(Number(port), hostname))
    })
    return proxy
  }

  /** Every connection ends at once, without a farewell to either side. New ones may come. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  /** Cuts when so many bytes more have passed, in both directions and over all connections together. */
  cutAfter(bytes: number): Promise<void> {
    return new Promise((burnt) => {
      this.fuse = { bytes, burnt }
    })
  }

  /** As without a network: what there is ends, what comes is turned away. */
  refuse(): void {
    this.refusing = true
    this.cut()
  }

  allow(): void {
    this.refusing = false
  }

  async stop(): Promise<void> {
    this.server.close()
    this.cut()
    await once(this.server, 'close')
  }

  private join(near: Socket, far: Socket): void {
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(socket)
      socket.setNoDelay(true)
      socket.pipe(this.counter()).pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.sockets.delete(socket)
        other.destroy()
      })
    }
  }

  /** Passes bytes on as far as they may go. */
  private counter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
        const { fuse } = this
        if (fuse === undefined || fuse.bytes > chunk.length) {
          if (fuse !== undefined) fuse.bytes -= chunk.length
          done(null, chunk)
          return
        }
        this.fuse = undefined
        done(null, chunk.subarray(0, fuse.bytes))
        // After what still passes has been written.
        setImmediate(() => {
          this.cut()
          fuse.burnt()
        })
      },
    })
  }
}

// The binding, with the real parser of xterm.js.

import headless from '@xterm/headless'
import { expect, onTestFinished, test } from 'vitest'

import type { HubClient } from '../src/client.js'
import { HubError } from '../src/errors.js'
import { type AttachedTerminal, attachTerminal, type AttachOptions, type XtermLike } from '../src/terminal.js'
import type { FakeHub, FakeTerminal } from './fake-hub.js'
import { connect, eventually, startHub } from './helpers.js'

/** @xterm/headless is CommonJS. */
const { Terminal } = headless
type Xterm = InstanceType<typeof Terminal>

function xterm(): Xterm {
  const term = new Terminal({ cols: 20, rows: 5, allowProposedApi: true })
  onTestFinished(() => term.dispose())
  return term
}

function screen(term: Xterm): string {
  const { active } = term.buffer
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '')
  return lines.join('\n').trimEnd()
}

interface Attached {
  readonly hub: FakeHub
  readonly client: HubClient
  readonly terminal: FakeTerminal
  readonly term: Xterm
  readonly attachment: AttachedTerminal
}

async function attached(
  prepare: (terminal: FakeTerminal) => void,
  options: Partial<AttachOptions> = {},
): Promise<Attached> {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  prepare(terminal)
  const term = xterm()
  const client = connect(hub)
  const attachment = attachTerminal(client, 'one', term, options)
  onTestFinished(() => attachment.dispose())
  await eventually(() => expect(attachment.watch.state.value.phase).toBe('live'))
  return { hub, client, terminal, term, attachment }
}

test('fits a real Terminal of the browser, too', () => {
  // Compiled, not run: both packages must satisfy what the binding asks for.
  const browser = (term: import('@xterm/xterm').Terminal): XtermLike => term
  expect(browser).toBeTypeOf('function')
})

test('shows the terminal at its own size and acknowledges when parsed', async () => {
  const { terminal, term } = await attached((it) => {
    it.print('hello\r\n')
    Object.assign(it, { cols: 40, rows: 10 })
  })
  expect([term.cols, term.rows]).toEqual([40, 10])
  terminal.print('w'.repeat(40) + '!')
  await eventually(() => expect(screen(term)).toBe(`hello\n${'w'.repeat(40)}\n!`))
  await eventually(() => expect(terminal.acks.at(-1)?.offset).toBe(terminal.bytes.length))
})

test('a resize comes after the bytes before it', async () => {
  const { terminal, term } = await attached(() => undefined)
  terminal.print(`${'a'.repeat(80)}b\r\n`)
  terminal.resize(10, 5)
  // At 80 columns this wraps once; the new size is applied to the result, so nothing is lost.
  await eventually(() => expect(term.cols).toBe(10))
  expect(screen(term).replaceAll('\n', '')).toBe(`${'a'.repeat(80)}b`)
})

test('a reset clears what an unfinished escape sequence would swallow', async () => {
  const { terminal, term } = await attached((it) => it.print('old\x1b]0;unfinished title'))
  terminal.reset('picture')
  await eventually(() => expect(screen(term)).toBe('picture'))
})

test('joins a character that was split between chunks', async () => {
  const { terminal, term } = await attached(() => undefined)
  const [viewer] = terminal.viewers.values()
  if (viewer === undefined) throw new Error('nobody watches')
  terminal.bytes = Buffer.from('a\u2013b 😀')
  for (const [from, to] of [[0, 3], [3, 8], [8, 10]] as const) terminal.emit(viewer, from, to)
  await eventually(() => expect(screen(term)).toBe('a\u2013b 😀'))
})

test('a picture may be longer than what xterm.js decodes at once', async () => {
  const text = '\u2013'.repeat(66_666)
  const { term } = await attached((it) => {
    it.print(text)
    Object.assign(it, { cols: 500, rows: 10 })
  })
  await eventually(() => expect(screen(term).replaceAll('\n', '')).toBe(text))
})

test('types, except as a viewer', async () => {
  const { terminal, term } = await attached(() => undefined, { transformInput: (data) => data.toUpperCase() })
  term.input('ls\r')
  await eventually(() => expect(terminal.inputs).toMatchObject([{ sessionId: 'one', input: 'LS\r', epoch: 'life-1' }]))

  const hub = await startHub()
  hub.role = 'viewer'
  hub.terminal('one')
  const watcher = xterm()
  const attachment = attachTerminal(connect(hub), 'one', watcher)
  onTestFinished(() => attachment.dispose())
  await eventually(() => expect(attachment.watch.state.value.phase).toBe('live'))
  expect(watcher.options.disableStdin).toBe(true)
  attachment.input('x')
  expect(hub.terminals.get('one')?.inputs).toEqual([])
})

test('input that is lost is reported', async () => {
  const lost: HubError[] = []
  const { hub, term } = await attached(() => undefined, { onInputError: (error) => lost.push(error) })
  hub.refusals.set('terminal:input', [{ success: false, error: 'No', code: 'FORBIDDEN' }])
  term.input('x')
  await eventually(() => expect(lost).toMatchObject([{ code: 'FORBIDDEN' }]))
})

test('Ctrl-C is urgent, also when nothing waits here', async () => {
  const { hub, client, terminal, term } = await attached(() => undefined)
  term.input('c')
  term.input('\x03')
  await eventually(() => expect(terminal.inputs).toMatchObject([{ input: 'c' }, { input: '\x03', urgent: true }]))
  expect(terminal.inputs[0]?.urgent).toBeUndefined()
  hub.silent.add('terminal:input')
  await eventually(() => expect(client.isTyping('one')).toBe(false))
  term.input('p'.repeat(200_000))
  await eventually(() => expect(terminal.inputs).toHaveLength(4))
  expect(client.inputProgress('one').value).toEqual({ written: 0, total: 200_000 })
  term.input('\x03')
  await eventually(() => expect(terminal.inputs.at(-1)).toMatchObject({ input: '\x03', urgent: true, seq: 5 }))
  client.dropInput('one')
  await eventually(() => expect(terminal.inputs.at(-1)).toMatchObject({ input: '', urgent: true, seq: 6 }))
})

test('a paste cannot end its own brackets', async () => {
  const { terminal, term } = await attached((it) => it.print('\x1b[?2004h'))
  term.input('\x1b[200~one\x1b[201~rm -rf\r\x1b[201~')
  await eventually(() => expect(terminal.typed).toBe('\x1b[200~one\u241b[201~rm -rf\r\x1b[201~'))
})

const QUERIES = '\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1b[?25$p\x1b[4$p\x1bP$qm\x1b\\'

test('answers no query, and sends every key', async () => {
  const { terminal, term } = await attached(() => undefined)
  terminal.print(`${QUERIES}done`)
  await eventually(() => expect(screen(term)).toBe('done'))
  // Shift+F3, a focus report and a mouse report look much like answers.
  const keys = ['\x1b[1;2R', '\x1b[I', '\x1b[<0;1;1M']
  for (const key of keys) term.input(key)
  await eventually(() => expect(terminal.inputs.map(({ input }) => input)).toEqual(keys))
})

test('colours can be set but not asked for', async () => {
  const { terminal, term } = await attached(() => undefined)
  const seen: string[] = []
  term.parser.registerOscHandler(10, (data) => {
    seen.push(data)
    return false
  })
  terminal.print('\x1b]10;#ffffff\x1b\\\x1b]10;?\x1b\\done')
  await eventually(() => expect(screen(term)).toBe('done'))
  // Registered later, so it hears both before the guard does; what counts is that nothing was sent.
  expect(seen).toEqual(['#ffffff', '?'])
  expect(terminal.inputs).toEqual([])
})

test('disposing ends everything', async () => {
  const { terminal, term, attachment } = await attached(() => undefined)
  attachment.dispose()
  await eventually(() => expect(terminal.viewers.size).toBe(0))
  term.input('x')
  expect(terminal.inputs).toEqual([])
})

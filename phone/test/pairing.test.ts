// From link to credential, without a hub.

import { expect, test, vi } from 'vitest'

import { browserStore } from '../src/credential.js'
import { pair, pairingCodeFrom, takePairingCode } from '../src/pairing.js'

test('the code leaves the address and the history', () => {
  const replaceState = vi.fn()
  const history = { replaceState } as unknown as History
  expect(takePairingCode({ hash: '#pair=abc-123', pathname: '/' } as Location, history)).toBe('abc-123')
  expect(replaceState).toHaveBeenCalledExactlyOnceWith(null, '', '/')
  expect(takePairingCode({ hash: '#/terminal/x', pathname: '/' } as Location, history)).toBeUndefined()
  expect(replaceState).toHaveBeenCalledTimes(1)
})

test.each([
  [' https://hub.example/#pair=Abc_123-x\n', 'Abc_123-x'],
  ['Abc_123-x', 'Abc_123-x'],
  ['https://hub.example/', undefined],
  ['https://hub.example/#/terminal/x', undefined],
  ['two words', undefined],
  ['short', undefined],
  ['', undefined],
])('pasted %j', (pasted, expected) => {
  expect(pairingCodeFrom(pasted)).toBe(expected)
})

const device = { id: 'd', name: 'Safari on iPhone', role: 'operator', projects: null, createdAt: 0 }

test('redeems', async () => {
  const send = vi.fn<typeof fetch>().mockResolvedValue(Response.json({ token: 't', device }))
  await expect(pair('code', 'Safari on iPhone', send)).resolves.toEqual({ token: 't', name: 'Safari on iPhone', role: 'operator' })
  const [url, init] = send.mock.calls[0] ?? []
  expect([url, init?.method, init?.body]).toEqual(['/api/pair', 'POST', '{"code":"code","name":"Safari on iPhone"}'])
})

test('says why not', async () => {
  const answer = (body: string, status: number): typeof fetch => () => Promise.resolve(new Response(body, { status }))
  await expect(pair('c', 'n', answer('{"error":true,"code":"NOT_FOUND","message":"No such code"}', 404))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'No such code',
  })
  await expect(pair('c', 'n', answer('<html>', 502))).rejects.toMatchObject({ code: 'INTERNAL', message: /502/ })
  await expect(pair('c', 'n', () => Promise.reject(new TypeError('failed')))).rejects.toMatchObject({ code: 'DISCONNECTED' })
})

function storage(): Storage {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  } as unknown as Storage
}

test('the credential survives a reload, and one that is broken does not matter', () => {
  const kept = storage()
  browserStore(() => kept).write({ token: 't', name: 'n' })
  expect(browserStore(() => kept).read()).toEqual({ token: 't', name: 'n' })
  browserStore(() => kept).clear()
  expect(browserStore(() => kept).read()).toBeUndefined()
  kept.setItem('realtime-hub.credential', '{')
  expect(browserStore(() => kept).read()).toBeUndefined()
})

test('without storage it lasts for the visit', () => {
  const store = browserStore(() => {
    throw new Error('blocked')
  })
  expect(store.read()).toBeUndefined()
  store.write({ token: 't', name: 'n' })
  expect(store.read()).toEqual({ token: 't', name: 'n' })
})

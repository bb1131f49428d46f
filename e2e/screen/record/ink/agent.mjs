// A coding agent's interface as most of them are made today: Ink keeps finished messages in the history
// and draws prompt, spinner and streamed text below anew. Answers are made up; the drawing is Ink's own.

import { clearTimeout, setTimeout } from 'node:timers'

import { Box, render, Static, Text, useApp, useInput } from 'ink'
import Spinner from 'ink-spinner'
import TextInput from 'ink-text-input'
import { createElement as h, useEffect, useState } from 'react'

const WORDS = 'The ring keeps what the terminal wrote last, so a viewer goes on where it stopped. 端末の 出力を 覚える 🚀 naïve façade ✅ `ring.since(offset)`'.split(' ')
const TOKENS = 60

function answer(request, tokens) {
  return Array.from({ length: tokens }, (_, index) => WORDS[(index * 7 + request * 3) % WORDS.length] + (index % 17 === 16 ? '\n' : ' ')).join('')
}

function Message({ message }) {
  if (message.said) return h(Box, { marginTop: 1 }, h(Text, { backgroundColor: '#333333', color: '#dddddd' }, `> ${message.said} `))
  return h(
    Box,
    { flexDirection: 'column', marginTop: 1 },
    h(Text, null, h(Text, { color: '#d77757', bold: true }, '⏺ '), message.text),
    h(Box, { borderStyle: 'round', borderColor: 'green', paddingX: 1, flexDirection: 'column' }, ...message.diff.map((line, key) => h(Text, { key, color: line.startsWith('+') ? '#4eba65' : '#ff6b80', underline: key === 1, dimColor: key === 2, strikethrough: key === 3 }, line))),
  )
}

function Agent() {
  const { exit } = useApp()
  const [typed, type] = useState('')
  const [messages, add] = useState([])
  const [request, begin] = useState(0)
  const [tokens, stream] = useState(0)
  const [menu, choose] = useState(undefined)

  useEffect(() => {
    if (tokens === 0) return undefined
    const timer = setTimeout(() => {
      if (tokens < TOKENS) return stream(tokens + 1)
      const diff = [`+ let value = ${request};`, `- let value = ${request - 1};`, '+ // 値を直す', '- // wrong']
      add((all) => [...all, { text: answer(request, TOKENS), diff }])
      return stream(0)
    }, 12)
    return () => clearTimeout(timer)
  }, [tokens, request])

  useInput((input, key) => {
    if (key.escape) choose(menu === undefined ? 0 : undefined)
    if (menu !== undefined && key.downArrow) choose((menu + 1) % 3)
    if (key.ctrl && input === 'd') exit()
  })

  function submit(said) {
    process.stdout.write(`\x1b]0;✳ ${said}\x07`)
    type('')
    add((all) => [...all, { said }])
    begin(request + 1)
    stream(1)
  }

  return h(
    Box,
    { flexDirection: 'column' },
    h(Static, { items: messages }, (message, key) => h(Message, { message, key })),
    tokens > 0 && h(Text, null, answer(request, tokens)),
    tokens > 0 && h(Text, { color: 'magenta' }, h(Spinner, { type: 'dots' }), ` Pondering… ${tokens} tokens`),
    menu !== undefined && h(Box, { borderStyle: 'double', flexDirection: 'column' }, ...['Yes', 'Yes, always', 'No, 別のこと'].map((label, key) => h(Text, { key, inverse: key === menu }, `${key + 1}. ${label}`))),
    h(Box, { borderStyle: 'round', borderColor: 'gray', paddingX: 1 }, h(Text, null, '> '), h(TextInput, { value: typed, onChange: type, onSubmit: submit })),
    h(Box, { justifyContent: 'space-between' }, h(Text, { dimColor: true }, '? for shortcuts'), h(Text, { color: 'yellow', italic: true }, `${100 - request * 3}% left`)),
  )
}

render(h(Agent), { exitOnCtrlC: true })

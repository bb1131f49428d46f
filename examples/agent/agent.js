#!/usr/bin/env node
// A small agent for the terminals of a hub: `node agent.js help`.

import { createInterface } from 'node:readline/promises'

import { Agent } from './hub.js'

const HELP = `Run it in a terminal that a hub has started; it needs no configuration.

  agent.js mail                   prints mail for this session, old and new, until Ctrl-C
  agent.js report TYPE [MESSAGE]  needs_input, completed, failed, or any other word for progress
  agent.js claim TASK             takes a task for this session
  agent.js ask QUESTION           asks whoever follows the session, and prints the answer
  agent.js work TASK              all of it: claims a task, asks whether to go on, reports the end`

const COMMANDS = {
  async mail(agent) {
    const seen = new Set()
    const print = (mail) => {
      if (seen.has(mail.id)) return
      seen.add(mail.id)
      console.log(`${mail.type} from ${mail.fromSessionId}: ${mail.subject}\n${mail.body}`)
    }
    // Listens first, so that none is missed in between.
    agent.onMail(print)
    for (const mail of await agent.mail()) print(mail)
    agent.is('reading mail')
    await interrupted()
  },

  async report(agent, type, ...words) {
    await agent.report(required(type, 'TYPE'), words.join(' ') || undefined)
  },

  async claim(agent, task) {
    const { id, title } = await agent.claim(required(task, 'TASK'))
    console.log(`${id} is ours: ${title}`)
  },

  async ask(agent, ...words) {
    console.log(await ask(agent, required(words.join(' '), 'QUESTION')))
  },

  async work(agent, id) {
    const task = await agent.claim(required(id, 'TASK'))
    agent.is('working', task.id)
    await agent.report('begun', task.title, task.id)
    const answer = await ask(agent, `${task.title}: shall I?`)
    if (answer !== 'yes') {
      await agent.report('failed', `Told ${JSON.stringify(answer)}`, task.id)
      throw new Error('Not allowed.')
    }
    await agent.report('completed', task.title, task.id)
    console.log(`${task.title}: done`)
  },
}

/** The answer is typed into this terminal, here or from a phone. */
async function ask(agent, question) {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answered = lines.question(`${question} `)
    await agent.report('needs_input', question)
    return (await answered).trim()
  } finally {
    lines.close()
  }
}

function interrupted() {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

function required(value, name) {
  if (!value) throw new Error(`${name} is missing.\n\n${HELP}`)
  return value
}

async function main([name = 'help', ...words]) {
  if (['help', '--help', '-h'].includes(name)) return console.log(HELP)
  if (!Object.hasOwn(COMMANDS, name)) throw new Error(`There is no command ${name}.\n\n${HELP}`)
  const agent = await Agent.connect()
  try {
    await COMMANDS[name](agent, ...words)
  } finally {
    agent.leave()
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

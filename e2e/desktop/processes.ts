// The processes of this machine, as far as they belong to a test.

import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly command: string
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return '' // it has ended meanwhile
  }
}

function pids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** Those that were started with `NAME=value` in their environment and have not ended. */
export function withEnvironment(entry: string): Process[] {
  return pids()
    .filter((pid) => read(pid, 'environ').split('\0').includes(entry))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
}

export function childrenOf(parent: number): number[] {
  return pids().filter((pid) => fieldsOf(pid)[1] === String(parent))
}

export function isRunning(pid: number): boolean {
  const [state] = fieldsOf(pid)
  return state !== undefined && state !== 'Z'
}

/** State and parent: what follows the name, which may hold anything. */
function fieldsOf(pid: number): string[] {
  const stat = read(pid, 'stat')
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

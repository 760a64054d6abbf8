// A signal that comes while a thread is blocked, as it is by compiling and by asking for memory.
import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'

/** A process whose other thread is blocked for a while by native code; SIGTERM waits for it for a fifth of a second. */
const blocked = `
  import { Worker } from 'node:worker_threads'
  import { patience } from './src/cli/patience.ts'
  new Worker("import { spawnSync } from 'node:child_process'; spawnSync('sleep', ['20'])", { eval: true })
  const waiting = patience(200, () => process.stdout.write('said'))
  process.once('SIGTERM', () => waiting.begin('SIGTERM'))
  if (process.argv[1] === 'stepping') waiting.stepTaken()
  setTimeout(() => process.stdout.write('ready'), 300)
`

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', blocked, ...args])
  const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_, signal) => done(signal)))
  let said = ''
  const ready = new Promise<void>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('ready')) done()
    })
  })
  return { child, ended, ready, said: () => said }
}

it('ends the process by the signal when the thread does not hear', async () => {
  const { child, ended, ready, said } = start()
  await ready
  child.kill('SIGTERM')
  expect(await ended).toBe('SIGTERM')
  expect(said()).toBe('readysaid')
})

it('waits for a run that has taken steps', async () => {
  const { child, ended, ready } = start('stepping')
  await ready
  child.kill('SIGTERM')
  const first = await Promise.race([ended, new Promise((done) => setTimeout(() => done('waits'), 1000))])
  expect(first).toBe('waits')
  child.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')
})

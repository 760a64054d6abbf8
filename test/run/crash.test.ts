import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { runFile, tidy } from '../../src/run/folder.ts'
import { openLossLog, readLosses } from '../../src/run/losses.ts'
import { loadState } from '../../src/run/state.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-crash-'))
afterAll(() => rmSync(folder, { recursive: true }))
const writer = fileURLToPath(new URL('writer.ts', import.meta.url))

/** Starts the writer and kills it some time after its first state. */
function killedWriter(delay: number): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.once('error', fail)
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay))
    child.once('exit', () => done())
  })
}

it('a killed run leaves a whole state, and rows that continue from it without gap or repeat', async () => {
  let before = 0
  for (const delay of [3, 11]) {
    await killedWriter(delay)
    const state = loadState(runFile.state(folder))!
    expect(state.step).toBeGreaterThan(before)
    before = state.step
    const { data } = state.tensors.latent!
    expect(data.every((value, index) => value === state.step + index)).toBe(true)
    expect(state.notes).toEqual({ draws: String(state.step) })

    openLossLog(runFile.losses(folder), state.step).close()
    const rows = readLosses(runFile.losses(folder))
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: state.step }, (_, index) => index + 1))
    expect(readFileSync(runFile.losses(folder), 'utf8').endsWith('\n')).toBe(true)
  }
  tidy(folder, before)
  expect(readdirSync(folder).sort()).toEqual(['losses.csv', 'state.safetensors'])
})

import { Writable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { createProgress, stepLine, type Terminal, tileLine } from '../../src/cli/progress.ts'
import type { StepEvent } from '../../src/run/events.ts'

const step = (n: number, milliseconds = 250): StepEvent => ({
  type: 'step',
  stage: 0,
  stages: 2,
  step: n,
  totalSteps: 120,
  losses: { total: 1.5, terms: { face: { raw: 1, weighted: 1 }, noise: { raw: 1e-7, weighted: 5e-4 } } },
  camera: {},
  milliseconds,
})

function stream(terminal: boolean): { stream: Terminal; text: () => string } {
  const chunks: string[] = []
  const writable = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  return {
    stream: Object.assign(writable, terminal ? { isTTY: true, columns: 60, rows: 10 } : {}),
    text: () => chunks.join(''),
  }
}

describe('the line of a step', () => {
  it('has stage, step, losses, speed and time left', () => {
    expect(stepLine(step(30), 250)).toBe(
      'stage 1/2  step  30/120  loss 1.500  4.0 it/s  23 s left  face 1.000 noise 5.0e-4',
    )
    expect(stepLine(step(119), 4000)).toContain('4.0 s/it  4 s left')
  })
})

it('the line of a tile has the time that is left, of this pass alone', () => {
  const tile = (done: number) => ({ type: 'tile', done, total: 12, milliseconds: 3000 }) as const
  expect(tileLine(tile(3), 3000)).toBe('tile  3/12  27 s left')
  let clock = 0
  const { stream: pipe, text } = stream(false)
  const progress = createProgress(pipe, () => clock)
  for (const milliseconds of [60_000, 3000]) {
    for (let done = 1; done <= 12; done++) {
      clock += milliseconds
      progress.observer({ ...tile(done), milliseconds })
    }
  }
  expect(text()).toContain('tile 12/12  0 s left')
  // The second pass does not remember that the first was slow.
  expect(text().split('\n').slice(12).join()).toMatch(/tile +\d+\/12 {2}(?:[12]\d|[369]) s left/)
})

describe('progress', () => {
  it('in a pipe is a plain line now and then, the last step always', () => {
    let clock = 0
    const { stream: pipe, text } = stream(false)
    const progress = createProgress(pipe, () => clock)
    progress.observer({ type: 'phase', name: 'align', words: 'aligning' })
    for (let n = 1; n <= 120; n++) {
      clock += 250
      progress.observer(step(n))
    }
    progress.observer({ type: 'warning', message: 'small picture' })
    progress.end()
    const lines = text().trimEnd().split('\n')
    expect(lines[0]).toBe('aligning')
    expect(lines.filter((line) => line.includes('step '))).toHaveLength(4)
    expect(lines.at(-2)).toContain('step 120/120')
    expect(lines.at(-1)).toBe('warning: small picture')
    expect(text()).not.toContain('\u001b')
  })

  it('on a terminal is one line that redraws and is never wider', () => {
    let clock = 0
    const { stream: terminal, text } = stream(true)
    const progress = createProgress(terminal, () => clock)
    for (let n = 1; n <= 3; n++) {
      clock += 250
      progress.observer(step(n))
    }
    progress.end()
    expect(text()).toContain('\u001b')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal codes are made of them
    const shown = text().replaceAll(/\u001b\[[0-9;?]*[a-zA-Z]/gu, '')
    for (const line of shown.split('\n')) expect(line.length).toBeLessThan(60)
    expect(shown).toContain('step   3/120')
  })

  it('turns its sign and counts seconds while a step takes long', async () => {
    let clock = 0
    const { stream: terminal, text } = stream(true)
    const progress = createProgress(terminal, () => clock)
    progress.observer(step(1))
    clock += 7000
    await vi.waitFor(() => expect(text()).toContain('7 s  stage 1/2'))
    const signs = () => new Set(text().match(/[\u2800-\u28ff]/gu))
    await vi.waitFor(() => expect(signs().size).toBeGreaterThan(2))
    progress.end()
    const ended = text()
    await new Promise((later) => setTimeout(later, 200))
    expect(text()).toBe(ended)
  })
})

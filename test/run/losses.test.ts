import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openLossLog, readLosses } from '../../src/run/losses.ts'
import { float32Text, numberFromText } from '../../src/run/numbers.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-losses-'))
afterAll(() => rmSync(folder, { recursive: true }))

const row = (step: number) => ({
  step,
  stage: step > 3 ? 1 : 0,
  losses: {
    total: 8 / step,
    terms: {
      face: { raw: 1 / step, weighted: 0.5 / step },
      noise: { raw: 1e-9, weighted: 0.5 },
    },
  },
  camera: { gamma: 1.25, offset: 0 },
})

function written(path: string, keep: number, from: number, to: number): string {
  const log = openLossLog(path, keep)
  for (let step = from; step <= to; step++) log.append(row(step))
  log.flush()
  log.close()
  return readFileSync(path, 'utf8')
}

describe('losses.csv', () => {
  it('keeps every step, raw and weighted, and the camera', () => {
    const path = join(folder, 'whole.csv')
    const text = written(path, 0, 1, 5)
    expect(text.split('\n')[0]).toBe(
      'step,stage,total,face.raw,face.weighted,noise.raw,noise.weighted,camera.gamma,camera.offset',
    )
    expect(readLosses(path)[3]).toEqual(row(4))
    expect(Math.fround(readLosses(path)[2]!.losses.terms.face!.raw)).toBe(Math.fround(1 / 3))
  })

  it('that was cut back and continued has the bytes of one that was not interrupted', () => {
    const whole = written(join(folder, 'straight.csv'), 0, 1, 9)
    const path = join(folder, 'continued.csv')
    written(path, 0, 1, 6)
    appendFileSync(path, '7,1,0.4')
    expect(readLosses(path)).toHaveLength(6)
    expect(written(path, 4, 5, 9)).toBe(whole)
  })

  it('begins anew when no step is kept', () => {
    const path = join(folder, 'anew.csv')
    written(path, 0, 1, 6)
    expect(written(path, 0, 1, 2).split('\n')).toHaveLength(4)
  })

  it('refuses to continue over a gap', () => {
    const path = join(folder, 'gap.csv')
    written(path, 0, 1, 3)
    expect(() => openLossLog(path, 5)).toThrow(/expected rows up to step 5, found 3/u)
    appendFileSync(path, '4,1')
    expect(() => openLossLog(path, 4)).toThrow(/expected rows up to step 4/u)
  })
})

describe('float32Text', () => {
  it('gives the same float32 back', () => {
    fc.assert(
      fc.property(
        fc.float(),
        (value) =>
          Object.is(numberFromText(float32Text(value)) + 0, value + 0) ||
          Math.fround(numberFromText(float32Text(value))) === value,
      ),
    )
  })

  it('is short', () => {
    expect([0.1, 1e10, 1 / 3, -0.5].map(float32Text)).toEqual(['0.1', '10000000000', '0.33333334', '-0.5'])
  })
})

// What the options of `stylize --fast` become, and which of them mean nothing without it.
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { fastKeys, fastOnly } from '../../src/cli/stylize-fast.ts'
import { checkConfig } from '../../src/methods/configs.ts'

const none = { content: ['a.jpg'], fast: true }

it('options become keys of a config of its method', () => {
  const styles = [{ picture: resolve('s.jpg'), weight: 3 }]
  const keys = fastKeys(
    { ...none, network: 't.tflite', predictor: 'p.tflite', strength: 0.5, fit: 60, size: 384 },
    styles,
  )
  expect(keys).toEqual({
    ...{ method: 'fast-style', styles, strength: 0.5, fit: { steps: 60 }, size: 384 },
    network: { file: resolve('t.tflite'), predictor: resolve('p.tflite') },
  })
  expect(() => checkConfig(keys, 'options')).not.toThrow()
  expect(fastKeys(none, [])).toEqual({ method: 'fast-style' })
})

it('what is no number is refused', () => {
  expect(() => fastKeys({ ...none, strength: Number.NaN }, [])).toThrow('--strength: expected a number')
})

it.each(['network', 'predictor', 'strength', 'fit', 'matrix'] as const)('--%s needs --fast', (name) => {
  expect(fastOnly({ ...none, fast: false, [name]: 1 })).toBe(name)
  expect(fastOnly({ ...none, fast: false })).toBeUndefined()
})

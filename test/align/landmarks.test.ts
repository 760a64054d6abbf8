// Landmark files in the forms people have them, and the errors that say what is wrong with the others.
import { describe, expect, test } from 'vitest'
import { parseLandmarks, readLandmarks } from '../../src/align/landmarks.ts'

const points = Array.from({ length: 68 }, (_, i): [number, number] => [i * 1.5, 100 - i])

describe('landmark files', () => {
  test('JSON, lines, numbered lines, dlib tuples, .pts', () => {
    const forms = [
      JSON.stringify(points),
      points.map(([x, y]) => `${x} ${y}`).join('\n'),
      `# from a tool\n${points.map(([x, y]) => `${x}, ${y}`).join('\r\n')}\n`,
      points.map(([x, y], i) => `${i}: ${x} ${y}`).join('\n'),
      points.map(([x, y]) => `(${x}, ${y})`).join('\n'),
      `version: 1\nn_points: 68\n{\n${points.map(([x, y]) => `${x} ${y}`).join('\n')}\n}\n`,
    ]
    for (const form of forms) expect(parseLandmarks(form, 'file')).toEqual(points)
  })

  test('what is wrong is said in one line', () => {
    const wrong: [string, RegExp][] = [
      ['[[1, 2]', /^f: not valid JSON/],
      ['[[1, 2], 3]', /expected \[x, y\] as entry 1, found 3/],
      [JSON.stringify(points.slice(1)), /expected 68 landmarks of \[x, y\], found 67/],
      ['1 2\nthree four', /expected "x y" in line 2, found "three four"/],
    ]
    for (const [text, message] of wrong) {
      expect(() => parseLandmarks(text, 'f')).toThrow(message)
      expect(() => parseLandmarks(text, 'f')).toThrow(/^[^\n]*$/)
    }
  })

  test('a missing file', async () => {
    await expect(readLandmarks('/nowhere/points.json')).rejects.toThrow(/can't be read \(ENOENT\)/)
  })
})

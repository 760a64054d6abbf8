// What is made of the evidence for a face; limits that docs/align.md gives the reasons for.
import { describe, expect, test } from 'vitest'
import { judge } from '../../src/align/judge.ts'
import { facePoints } from '../support/landmarks.ts'

const evidence = (score: number, spread: number, tiny: number, large = 0) => ({
  box: { x: 30, y: 40, width: 70, height: 80 },
  score,
  landmarks: facePoints.map(([x, y]) => [x, y] as const),
  spread,
  looks: { tiny, large },
})

describe('a face is judged', () => {
  test('clear, when the looks at its landmarks agree and its crop is a face again', () => {
    const face = judge(evidence(0.95, 0.012, 0.9))
    expect(face).toMatchObject({ clear: true, second: 0.9 })
    expect(face).not.toHaveProperty('doubt')
    expect(judge(evidence(0.95, 0.012, 0.1, 0.7))).toMatchObject({ clear: true, second: 0.7 })
  })

  // A doe's flank: detector 0.71, second look 0.54. A profile: 0.98, small detector 0.87.
  test('by the small detector alone, when the looks at its landmarks differ', () => {
    expect(judge(evidence(0.71, 0.0294, 0, 0.54))).toMatchObject({
      clear: false,
      doubt: expect.stringMatching(/second/),
    })
    const profile = judge(evidence(0.98, 0.0316, 0.87))
    expect(profile).toMatchObject({ clear: false, second: 0.87 })
    expect(profile).not.toHaveProperty('doubt')
    expect(judge(evidence(0.98, 0.041, 0.9))?.doubt).toMatch(/^repeated looks .* 4.1 % of its side apart$/)
  })

  // A painted head on its side: detector 0.91, second look 0.72, spread 0.0185.
  test('not clear, so that other turns are tried, when the looks do not agree quite', () => {
    expect(judge(evidence(0.91, 0.0185, 0, 0.72))).toMatchObject({ clear: false })
    expect(judge(evidence(0.91, 0.0155, 0, 0.72))).toMatchObject({ clear: true })
  })

  test('by less of a second look, where everything else is sure: pale and vignetted photographs', () => {
    expect(judge(evidence(0.798, 0.012, 0.1, 0.22))).not.toHaveProperty('doubt')
    expect(judge(evidence(0.4, 0.012, 0.1, 0.22))?.doubt).toMatch(/^a second look at its crop finds no face \(0.22\)/)
    expect(judge(evidence(0.798, 0.018, 0.1, 0.22))?.doubt).toMatch(/second look/)
    expect(judge(evidence(0.798, 0.012, 0.1, 0.1))?.doubt).toMatch(/second look/)
  })

  test('nothing at all, when neither the detector is sure nor the landmarks are steady', () => {
    expect(judge(evidence(0.3, 0.06, 0.9))).toBeUndefined()
    expect(judge(evidence(0.7, 0.06, 0.9))).toHaveProperty('doubt')
  })
})

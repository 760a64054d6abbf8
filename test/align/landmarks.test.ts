// Landmark files in the forms people have them, and the errors that say what is wrong with the others.
import { describe, expect, test } from 'vitest'
import { MESH_POINT } from '../../src/align/face-mesh.ts'
import { parseLandmarks, readLandmarks } from '../../src/align/landmarks.ts'
import { facePoints } from '../support/landmarks.ts'

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

describe('the JSON of other tools', () => {
  const face = facePoints.map(([x, y]): [number, number] => [x, y])
  const other = face.map(([x, y]): [number, number] => [x + 200, y])
  const underscored = face.map(([x, y]) => ({ _x: x, _y: y }))
  // What JSON.stringify makes of face-api.js's detectAllFaces().withFaceLandmarks()
  const faceApi = (points: typeof underscored) => ({
    detection: { _imageDims: { _width: 128, _height: 128 }, _score: 0.9, _className: '', _box: { _x: 1, _y: 2 } },
    unshiftedLandmarks: { _imgDims: {}, _shift: { _x: 0, _y: 0 }, _positions: points.map(() => ({ _x: 1, _y: 1 })) },
    landmarks: { _imgDims: { _width: 90, _height: 90 }, _shift: { _x: 3, _y: 4 }, _positions: points },
    angle: { roll: 1 },
  })

  test('points are found in every form', () => {
    const forms: unknown[] = [
      [face],
      face.map(([x, y]) => ({ x, y })),
      face.map(([x, y]) => [x, y, 0.3]),
      face.flat(),
      { landmarks: face },
      { landmarks: face.map(([x, y]) => ({ x, y })) },
      { detection: { score: 0.9, box: { x: 1, y: 2 } }, landmarks: { positions: face.map(([x, y]) => ({ x, y })) } },
      faceApi(underscored),
      [faceApi(underscored)],
      [{ keypoints: face.map(([x, y]) => ({ x, y, name: 'lips' })), box: { xMin: 1 } }],
    ]
    for (const form of forms) expect(parseLandmarks(JSON.stringify(form, null, 1), 'f')).toEqual(face)
  })

  test('of several faces one is chosen from the left', () => {
    const text = JSON.stringify([other, face])
    expect(parseLandmarks(text, 'f', { face: 1 })).toEqual(face)
    expect(parseLandmarks(text, 'f', { face: 2 })).toEqual(other)
    expect(() => parseLandmarks(text, 'f')).toThrow(/found those of 2; choose one with --face n/)
    expect(() => parseLandmarks(text, 'f', { face: 3 })).toThrow(/there is no face 3/)
  })

  test("a mesh of MediaPipe: its named points become dlib's, shares become pixels", () => {
    // By MediaPipe's own names: eye corners, mouth corners, the lowest point of the chin, middle of the upper lip.
    const known = { 33: 36, 133: 39, 362: 42, 263: 45, 61: 48, 291: 54, 152: 8, 0: 51 }
    const mesh = Array.from({ length: 478 }, () => ({ x: 0.5, y: 0.5, z: 0 }))
    for (const [from, to] of Object.entries(known)) {
      mesh[Number(from)] = { x: (face[to]![0] + 0.5) / 200, y: (face[to]![1] + 0.5) / 100, z: -0.1 }
    }
    const picture = { width: 200, height: 100 }
    const forms = [
      mesh,
      { faceLandmarks: [mesh] },
      [{ landmark: mesh }],
      { multi_face_landmarks: [{ landmark: mesh.slice(0, 468) }] },
    ]
    for (const form of forms) {
      const points = parseLandmarks(JSON.stringify(form), 'f', { picture })
      expect(points).toHaveLength(68)
      for (const to of Object.values(known)) {
        expect(points[to]![0]).toBeCloseTo(face[to]![0], 6)
        expect(points[to]![1]).toBeCloseTo(face[to]![1], 6)
      }
    }
    expect(new Set(MESH_POINT).size).toBe(68)
    expect(() => parseLandmarks(JSON.stringify(mesh), 'f')).toThrow(/expected the picture beside a mesh/)
  })

  test('other JSON is refused in one line', () => {
    for (const text of ['{}', '{"a": [1, 2]}', '[[]]', '[{"landmarks": []}]', '{"landmarks": [[1, 2]]}']) {
      expect(() => parseLandmarks(text, 'f')).toThrow(/^f: expected [^\n]*$/)
    }
  })
})

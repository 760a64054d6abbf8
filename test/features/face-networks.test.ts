// face-api's networks on our graph: its own numbers, a crop that is the bytes' crop, and gradients that finite differences
// confirm.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { AGE_SIDE, faceAge } from '../../src/features/face-age.ts'
import { ageGender, faceDescriptor as describeFace } from '../../src/features/face-api.ts'
import { faceApiWeights } from '../../src/features/face-api-weights.ts'
import { alignedFace } from '../../src/features/face-crop.ts'
import { DESCRIPTOR_SIDE, faceDescriptor } from '../../src/features/face-descriptor.ts'
import { mul } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { maxPool3 } from '../../src/graph/overlapping-pool.ts'
import { sum } from '../../src/graph/reduce.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { type Bitmap, fromPlanar, toPlanar } from '../../src/images/bitmap.ts'
import { toColor } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { checkOp, expectClose } from '../support/check.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

const examples = ['antique-b.png', 'antique-g.truth.png', 'antique-gb.truth.png']
const read = (name: string): Promise<Bitmap> => readPicture(join(import.meta.dirname, '../../examples', name))
const whole = { x: 0, y: 0 }

/** A face that fills the whole square, so that no crop comes between. */
function square(size: number): Bitmap {
  return fromPlanar(formulaImage('face', 3, size, size), { channels: 3, width: size, height: size }, '01', 'round')
}

test('the descriptor is face-api’s', async () => {
  const bitmap = square(DESCRIPTOR_SIDE)
  const expected = await describeFace(bitmap, { ...whole, width: DESCRIPTOR_SIDE, height: DESCRIPTOR_SIDE })
  const x = input('x', [1, 3, DESCRIPTOR_SIDE, DESCRIPTOR_SIDE])
  const { y } = await runOnce(
    { y: faceDescriptor(faceApiWeights('faceRecognitionNet'), x) },
    { x: toPlanar(bitmap, 'pm1') },
  )
  expectClose(y!, expected, 1e-4, 'descriptor')
})

test('the age is face-api’s', async () => {
  const bitmap = square(AGE_SIDE)
  const { age } = await ageGender(bitmap, { ...whole, width: AGE_SIDE, height: AGE_SIDE })
  const x = input('x', [1, 3, AGE_SIDE, AGE_SIDE])
  const { y } = await runOnce({ y: faceAge(faceApiWeights('ageGenderNet'), x) }, { x: toPlanar(bitmap, 'pm1') })
  expect(Math.abs(y![0]! - age)).toBeLessThan(1e-3)
})

test.each(examples)('%s: cropped on the graph as the bytes are', async (name) => {
  const bitmap = toColor(await read(name))
  const x = input('x', [1, 3, bitmap.height, bitmap.width])
  const outputs = {
    descriptor: faceDescriptor(faceApiWeights('faceRecognitionNet'), alignedFace(x, DESCRIPTOR_SIDE)),
    age: faceAge(faceApiWeights('ageGenderNet'), alignedFace(x, AGE_SIDE)),
  }
  const { descriptor, age } = await runOnce(outputs, { x: toPlanar(bitmap, 'pm1') })
  // The other way rounds the crop to bytes.
  expectClose(descriptor!, await describeFace(bitmap), 5e-3, 'descriptor')
  expect(Math.abs(age![0]! - (await ageGender(bitmap)).age)).toBeLessThan(1)
})

test('overlapping maxima: values, ties and gradient', async () => {
  // Distinct numbers: at a tie no difference quotient says which way the gradient goes.
  const spread = (x: number, i: number): number => x + 10 * Math.sin(i)
  await checkOp((x) => maxPool3(x, 'valid'), [[1, 2, 7, 8]], { prepare: spread })
  await checkOp((x) => maxPool3(x, 'same'), [[1, 2, 8, 6]], { prepare: spread })
  const flat = constant(new Float32Array(16).fill(1), [1, 1, 4, 4])
  const x = input('x', [1, 1, 4, 4])
  const { g } = await runOnce({ g: gradients(sum(maxPool3(x, 'same')), [x])[0]! }, { x: flat.read!() as Float32Array })
  expect(g!.reduce((a, b) => a + b, 0)).toBe(4)
})

test('the crop has its gradient', () => checkOp((x) => alignedFace(x, 5), [[1, 3, 9, 8]]))

/** Slope along a direction, and differences of `value` there, as a share of the larger. */
async function slopeError(
  gradient: ArrayLike<number>,
  direction: ArrayLike<number>,
  value: (t: number) => number | Promise<number>,
  step: number,
): Promise<number> {
  const slope = Array.from(direction).reduce((total, d, i) => total + d * gradient[i]!, 0)
  const numeric = ((await value(step)) - (await value(-step))) / (2 * step)
  return Math.abs(slope - numeric) / Math.max(Math.abs(slope), Math.abs(numeric))
}

test('age: gradient equals differences in float64', async () => {
  // Fully convolutional: a small face has the same layers.
  const x = input('x', [1, 3, 16, 16])
  const loss = sum(faceAge(faceApiWeights('ageGenderNet'), x))
  const at = Array.from(formulaImage('face', 3, 16, 16), (v) => 2 * v - 1)
  const gradient = evaluate(gradients(loss, [x]), { x: at })[0]!
  const direction = formulaValues('direction', at.length)
  const value = (t: number): number => evaluate([loss], { x: at.map((v, i) => v + t * direction[i]!) })[0]![0]!
  expect(await slopeError(gradient, direction, value, 1e-6)).toBeLessThan(1e-5)
  const { g } = await runOnce({ g: gradients(loss, [x])[0]! }, { x: at })
  expectClose(g!, gradient, 1e-4, 'ONNX Runtime')
})

test('descriptor: gradient equals differences', async () => {
  const x = input('x', [1, 3, DESCRIPTOR_SIDE, DESCRIPTOR_SIDE])
  const y = faceDescriptor(faceApiWeights('faceRecognitionNet'), x)
  const loss = sum(mul(y, constant(formulaValues('cotangent', 128), [1, 128])))
  const at = Float32Array.from(formulaImage('face', 3, DESCRIPTOR_SIDE, DESCRIPTOR_SIDE), (v) => 2 * v - 1)
  const { g } = await runOnce({ g: gradients(loss, [x])[0]! }, { x: at })
  // Along the gradient the slope is large beside what float32 and the kinks of ReLUs leave of a difference.
  const norm = Math.hypot(...g!)
  const direction = g!.map((v) => v / norm)
  const value = async (t: number): Promise<number> =>
    (await runOnce({ loss }, { x: at.map((v, i) => v + t * direction[i]!) })).loss![0]!
  expect(await slopeError(g!, direction, value, 3e-3)).toBeLessThan(0.01)
})

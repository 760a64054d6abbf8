// How fast this machine computes at the moment, measured for about a second: what an estimate of a run's time rests on.

import { conv2d } from '../graph/conv.ts'
import { add, mul } from '../graph/elementwise.ts'
import { ancestors } from '../graph/gradients.ts'
import { sum } from '../graph/reduce.ts'
import { constant, input, type Tensor } from '../graph/tensor.ts'
import { type ProgramCost, programCost } from './cost.ts'
import { type CompileOptions, Executable } from './executable.ts'

/** Measured rates. */
export interface Speed {
  /** Floating-point operations a second of a convolution. */
  readonly flops: number
  /** Bytes a second that operations on whole feature maps read and write. */
  readonly bytes: number
  /** Seconds that an operation takes however small it is. */
  readonly operation: number
}

/** Milliseconds that each of three measurements may take. */
const PATIENCE = 400

/** Measures it with what a run would be compiled for. */
export async function measureSpeed(compile: CompileOptions): Promise<Speed> {
  const image = input('x', [1, 128, 128, 128])
  const kernel = constant(new Float32Array(128 * 128 * 9).fill(0.01), [128, 128, 3, 3])
  const convolution = conv2d(image, kernel, { padding: 1 })
  const map = input('x', [1, 64, 256, 256])
  const chained = (x: Tensor, links: number): Tensor =>
    Array.from({ length: links }, (_, i) => i).reduce((y, i) => (i % 2 === 0 ? mul(y, 1.01) : add(y, 0.01)), x)
  const small = input('x', [16])
  const [one, wide, many] = [sum(convolution), sum(chained(map, 8)), sum(chained(small, 200))]
  const operation = (await secondsOf(many, compile)) / 200
  const heavy = { cost: programCost({ outputs: { y: one } }), seconds: await secondsOf(one, compile) }
  const light = { cost: programCost({ outputs: { y: wide } }), seconds: await secondsOf(wide, compile) }
  const bytes = light.cost.moved / light.seconds
  return { flops: heavy.cost.flops / Math.max(1e-9, heavy.seconds - heavy.cost.moved / bytes), bytes, operation }
}

/** Seconds of a run, the median. */
async function secondsOf(y: Tensor, compile: CompileOptions): Promise<number> {
  const [x] = inputsOf(y)
  const executable = await Executable.compile({ outputs: { y } }, compile)
  try {
    const feeds = { x: new Float32Array(x!.shape.reduce((a, b) => a * b, 1)).fill(0.5) }
    await executable.run(feeds)
    const times: number[] = []
    const until = performance.now() + PATIENCE
    while (times.length < 3 || performance.now() < until) {
      const began = performance.now()
      await executable.run(feeds)
      times.push(performance.now() - began)
    }
    return times.sort((a, b) => a - b)[times.length >> 1]! / 1000
  } finally {
    await executable.dispose()
  }
}

function inputsOf(y: Tensor): Tensor[] {
  return ancestors([y]).filter(({ op }) => op === 'Input')
}

/** Seconds that a program takes at a speed. */
export function secondsAt({ flops, moved, operations }: ProgramCost, speed: Speed): number {
  return flops / speed.flops + moved / speed.bytes + operations * speed.operation
}

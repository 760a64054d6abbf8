// One plain loop for each op of the graph, in float64.

import { type Shape, sizeOf, stridesOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'

export interface Value {
  shape: Shape
  data: Float64Array
}

export type Kernel = (t: Tensor, inputs: readonly Value[]) => Float64Array

/** Calls `visit` with each multi-index of `shape` and its row-major place. */
function forEachIndex(shape: Shape, visit: (index: readonly number[], place: number) => void): void {
  const index = new Array<number>(shape.length).fill(0)
  const size = sizeOf(shape)
  for (let place = 0; place < size; place++) {
    visit(index, place)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

/** Where in `shape` the element lies that a broadcast shows at `index`. */
function broadcastPlace(shape: Shape, strides: readonly number[], index: readonly number[]): number {
  let place = 0
  const lead = index.length - shape.length
  for (let i = 0; i < shape.length; i++) if (shape[i] !== 1) place += index[lead + i]! * strides[i]!
  return place
}

function elementwise(f: (...x: number[]) => number): Kernel {
  return (t, inputs) => {
    const out = new Float64Array(sizeOf(t.shape))
    const strides = inputs.map((v) => stridesOf(v.shape))
    const operands = new Array<number>(inputs.length)
    forEachIndex(t.shape, (index, place) => {
      for (let i = 0; i < inputs.length; i++)
        operands[i] = inputs[i]!.data[broadcastPlace(inputs[i]!.shape, strides[i]!, index)]!
      out[place] = f(...operands)
    })
    return out
  }
}

/** out[index] = x[source(index)]. */
function moved(t: Tensor, x: Value, source: (index: readonly number[]) => number): Float64Array {
  const out = new Float64Array(sizeOf(t.shape))
  forEachIndex(t.shape, (index, place) => {
    out[place] = x.data[source(index)]!
  })
  return out
}

function reduction(
  start: number,
  f: (sofar: number, x: number) => number,
  end = (x: number, _: number): number => x,
): Kernel {
  return (t, [x]) => {
    const axes = t.attributes.axes as readonly number[]
    const out = new Float64Array(sizeOf(t.shape)).fill(start)
    const kept = x!.shape.map((side, i) => (axes.includes(i) ? 1 : side))
    const strides = stridesOf(kept)
    forEachIndex(x!.shape, (index, place) => {
      const to = broadcastPlace(kept, strides, index)
      out[to] = f(out[to]!, x!.data[place]!)
    })
    const count = x!.data.length / out.length
    return out.map((v) => end(v, count))
  }
}

const ints = (t: Tensor, key: string): readonly number[] => t.attributes[key] as readonly number[]

/** Calls `visit(place in x, place in kernel, place in y)` for each product of y = conv(x, kernel). */
function forEachProduct(
  t: Tensor,
  x: Shape,
  kernel: Shape,
  y: Shape,
  visit: (inX: number, inKernel: number, inY: number) => void,
): void {
  const [sh, sw] = ints(t, 'strides') as [number, number]
  const [dh, dw] = (t.attributes.dilations ?? [1, 1]) as [number, number]
  const [top, left] = ints(t, 'pads') as [number, number]
  const groups = t.attributes.group as number
  const [n, c, h, w] = x as [number, number, number, number]
  const [o, cg, kh, kw] = kernel as [number, number, number, number]
  const [oh, ow] = y.slice(2) as [number, number]
  for (let in_ = 0; in_ < n; in_++)
    for (let io = 0; io < o; io++) {
      const c0 = Math.floor(io / (o / groups)) * cg
      for (let p = 0; p < oh; p++)
        for (let q = 0; q < ow; q++)
          for (let ic = 0; ic < cg; ic++)
            for (let i = 0; i < kh; i++) {
              const row = p * sh + i * dh - top
              if (row < 0 || row >= h) continue
              for (let j = 0; j < kw; j++) {
                const column = q * sw + j * dw - left
                if (column < 0 || column >= w) continue
                visit(
                  ((in_ * c + c0 + ic) * h + row) * w + column,
                  ((io * cg + ic) * kh + i) * kw + j,
                  ((in_ * o + io) * oh + p) * ow + q,
                )
              }
            }
    }
}

const conv: Kernel = (t, [x, kernel, bias]) => {
  const out = new Float64Array(sizeOf(t.shape))
  forEachProduct(t, x!.shape, kernel!.shape, t.shape, (inX, inKernel, inY) => {
    out[inY]! += x!.data[inX]! * kernel!.data[inKernel]!
  })
  if (bias) {
    const [, o, h, w] = t.shape as [number, number, number, number]
    for (let i = 0; i < out.length; i++) out[i]! += bias.data[Math.floor(i / (h * w)) % o]!
  }
  return out
}

const convTranspose: Kernel = (t, [x, kernel]) => {
  const out = new Float64Array(sizeOf(t.shape))
  forEachProduct(t, t.shape, kernel!.shape, x!.shape, (inOut, inKernel, inX) => {
    out[inOut]! += x!.data[inX]! * kernel!.data[inKernel]!
  })
  return out
}

const matmul: Kernel = (t, [a, b]) => {
  const [m, n] = t.shape.slice(-2) as [number, number]
  const k = a!.shape[a!.shape.length - 1]!
  const batch = t.shape.slice(0, -2)
  const out = new Float64Array(sizeOf(t.shape))
  const places = [a!, b!].map((v) => ({ shape: v.shape.slice(0, -2), strides: stridesOf(v.shape).slice(0, -2) }))
  forEachIndex(batch, (index, place) => {
    const a0 = broadcastPlace(places[0]!.shape, places[0]!.strides, index)
    const b0 = broadcastPlace(places[1]!.shape, places[1]!.strides, index)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0
        for (let l = 0; l < k; l++) total += a!.data[a0 + i * k + l]! * b!.data[b0 + l * n + j]!
        out[(place * m + i) * n + j] = total
      }
  })
  return out
}

function pool(
  start: number,
  f: (sofar: number, x: number) => number,
  end = (x: number, _: number): number => x,
): Kernel {
  return (t, [x]) => {
    const [kh, kw] = ints(t, 'kernel_shape') as [number, number]
    const [sh, sw] = ints(t, 'strides') as [number, number]
    const [top, left] = (t.attributes.pads ?? [0, 0]) as [number, number]
    const [, , h, w] = x!.shape as [number, number, number, number]
    const out = new Float64Array(sizeOf(t.shape)).fill(start)
    forEachIndex(t.shape, (index, place) => {
      const plane = (index[0]! * t.shape[1]! + index[1]!) * h * w
      for (let i = 0; i < kh; i++)
        for (let j = 0; j < kw; j++) {
          const row = index[2]! * sh + i - top
          const column = index[3]! * sw + j - left
          if (row >= 0 && row < h && column >= 0 && column < w)
            out[place] = f(out[place]!, x!.data[plane + row * w + column]!)
        }
    })
    return out.map((v) => end(v, kh * kw))
  }
}

const softmax: Kernel = (t, [x]) => {
  const n = t.shape[t.shape.length - 1]!
  const out = new Float64Array(x!.data.length)
  for (let row = 0; row < out.length; row += n) {
    const values = x!.data.subarray(row, row + n)
    const top = values.reduce((a, b) => Math.max(a, b))
    const powers = values.map((v) => Math.exp(v - top))
    const total = powers.reduce((a, b) => a + b, 0)
    out.set(
      powers.map((p) => p / total),
      row,
    )
  }
  return out
}

const concat: Kernel = (t, inputs) => {
  const axis = t.attributes.axis as number
  const inner = sizeOf(t.shape.slice(axis + 1))
  const outer = sizeOf(t.shape.slice(0, axis))
  const out = new Float64Array(sizeOf(t.shape))
  let place = 0
  for (let o = 0; o < outer; o++)
    for (const part of inputs) {
      const run = part.shape[axis]! * inner
      out.set(part.data.subarray(o * run, (o + 1) * run), place)
      place += run
    }
  return out
}

const copy: Kernel = (_, [x]) => x!.data

export const kernels: Readonly<Record<string, Kernel>> = {
  Add: elementwise((a, b) => a! + b!),
  Sub: elementwise((a, b) => a! - b!),
  Mul: elementwise((a, b) => a! * b!),
  Div: elementwise((a, b) => a! / b!),
  Pow: elementwise((a, b) => a! ** b!),
  Max: elementwise((a, b) => Math.max(a!, b!)),
  Min: elementwise((a, b) => Math.min(a!, b!)),
  Neg: elementwise((a) => -a!),
  Exp: elementwise((a) => Math.exp(a!)),
  Log: elementwise((a) => Math.log(a!)),
  Sqrt: elementwise((a) => Math.sqrt(a!)),
  Abs: elementwise((a) => Math.abs(a!)),
  Sigmoid: elementwise((a) => 1 / (1 + Math.exp(-a!))),
  Tanh: elementwise((a) => Math.tanh(a!)),
  Relu: elementwise((a) => Math.max(a!, 0)),
  LeakyRelu: (t, inputs) => elementwise((a) => (a! < 0 ? (t.attributes.alpha as number) * a! : a!))(t, inputs),
  Greater: elementwise((a, b) => Number(a! > b!)),
  GreaterOrEqual: elementwise((a, b) => Number(a! >= b!)),
  Equal: elementwise((a, b) => Number(a! === b!)),
  Where: elementwise((c, a, b) => (c ? a! : b!)),
  Identity: copy,
  Cast: copy,
  Reshape: copy,
  ReduceSum: reduction(0, (a, b) => a + b),
  ReduceMean: reduction(
    0,
    (a, b) => a + b,
    (total, count) => total / count,
  ),
  ReduceMax: reduction(Number.NEGATIVE_INFINITY, Math.max),
  Softmax: softmax,
  MatMul: matmul,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool(Number.NEGATIVE_INFINITY, Math.max),
  AveragePool: pool(
    0,
    (a, b) => a + b,
    (total, count) => total / count,
  ),
  Concat: concat,
  Transpose: (t, [x]) => {
    const strides = stridesOf(x!.shape)
    const perm = ints(t, 'perm')
    return moved(t, x!, (index) => perm.reduce((place, p, i) => place + index[i]! * strides[p]!, 0))
  },
  Expand: (t, [x]) => {
    const strides = stridesOf(x!.shape)
    return moved(t, x!, (index) => broadcastPlace(x!.shape, strides, index))
  },
  Slice: (t, [x]) => {
    const strides = stridesOf(x!.shape)
    const starts = ints(t, 'starts')
    const steps = ints(t, 'steps')
    return moved(t, x!, (index) =>
      index.reduce((place, at, i) => place + (starts[i]! + at * steps[i]!) * strides[i]!, 0),
    )
  },
  Pad: (t, [x]) => {
    const out = new Float64Array(sizeOf(t.shape)).fill(t.attributes.value as number)
    const strides = stridesOf(t.shape)
    const pads = ints(t, 'pads')
    forEachIndex(x!.shape, (index, place) => {
      out[index.reduce((to, at, i) => to + (at + pads[i]!) * strides[i]!, 0)] = x!.data[place]!
    })
    return out
  },
  Resize: (t, [x]) => {
    const strides = stridesOf(x!.shape)
    const scales = ints(t, 'scales')
    return moved(t, x!, (index) => index.reduce((place, at, i) => place + Math.floor(at / scales[i]!) * strides[i]!, 0))
  },
  Gather: (t, [x, indices]) => {
    const axis = t.attributes.axis as number
    const strides = stridesOf(x!.shape)
    return moved(t, x!, (index) =>
      index.reduce((place, at, i) => place + (i === axis ? indices!.data[at]! : at) * strides[i]!, 0),
    )
  },
  GatherElements: (t, [x, indices]) => {
    const axis = t.attributes.axis as number
    const strides = stridesOf(x!.shape)
    const out = new Float64Array(sizeOf(t.shape))
    forEachIndex(t.shape, (index, place) => {
      out[place] = x!.data[index.reduce((p, at, i) => p + (i === axis ? indices!.data[place]! : at) * strides[i]!, 0)]!
    })
    return out
  },
  ScatterElements: (t, [base, indices, updates]) => {
    const axis = t.attributes.axis as number
    const out = Float64Array.from(base!.data)
    const strides = stridesOf(t.shape)
    forEachIndex(updates!.shape, (index, place) => {
      const to = index.reduce((p, at, i) => p + (i === axis ? indices!.data[place]! : at) * strides[i]!, 0)
      out[to]! += updates!.data[place]!
    })
    return out
  },
}

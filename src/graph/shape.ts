// Shapes and their arithmetic. A shape is a list of positive integers, known when the graph is built: a run never
// changes its sizes, so every mistake can be named before anything is computed.

import { RephotoError } from '../error.ts'

export type Shape = readonly number[]

/** Raised while a graph is built; the message names the op and the shapes. */
export class ShapeError extends RephotoError {
  override readonly name: string = 'ShapeError'
}

/** How many numbers a shape holds. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i])
}

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]!
  }
  return strides
}

/** NumPy's broadcasting: sides are aligned at the end and must be equal or 1. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const out: number[] = []
  for (let i = 0; i < rank; i++) {
    const p = a[a.length - rank + i] ?? 1
    const q = b[b.length - rank + i] ?? 1
    if (p !== q && p !== 1 && q !== 1)
      throw new ShapeError(`${op}: ${showShape(a)} and ${showShape(b)} do not broadcast: ${p} against ${q}`)
    out.push(p === 1 ? q : p)
  }
  return out
}

/** Negative axes count from the end; the result is sorted and free of repeats. */
export function normalizeAxes(op: string, axes: readonly number[], shape: Shape): number[] {
  const rank = shape.length
  const normal = axes.map((axis) => {
    const positive = axis < 0 ? axis + rank : axis
    if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
      throw new ShapeError(`${op}: axis ${axis} is outside of ${showShape(shape)}`)
    return positive
  })
  return [...new Set(normal)].sort((p, q) => p - q)
}

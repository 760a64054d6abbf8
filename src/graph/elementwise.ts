// Elementwise arithmetic with NumPy broadcasting. Written over each op: its derivative.

import { sumTo } from './reduce.ts'
import { broadcastShapes, type Shape, ShapeError, sameShape, showShape } from './shape.ts'
import { type GradientRule, node, type Operand, type Tensor, toTensor } from './tensor.ts'

function needFloat(op: string, ...operands: Tensor[]): void {
  for (const t of operands)
    if (t.dtype !== 'float32') throw new ShapeError(`${op}: needs float32, got ${t.dtype} ${showShape(t.shape)}`)
}

function binary(op: string, x: Operand, y: Operand, gradient: (a: Tensor, b: Tensor) => GradientRule): Tensor {
  const [whole, other] = [toTensor(x), toTensor(y)]
  needFloat(op, whole, other)
  const shape = broadcastShapes(op, whole.shape, other.shape)
  const [a, b] = unexpanded(whole, other, shape)
  const rule = gradient(a, b)
  return node({
    op,
    inputs: [a, b],
    shape,
    gradient: (dy, out) => {
      const [da, db] = rule(dy, out)
      return [da && sumTo(da, a.shape), db && sumTo(db, b.shape)]
    },
  })
}

/** The op broadcasts its operands itself: one that was expanded only for that is taken as it was before. */
function unexpanded(a: Tensor, b: Tensor, shape: Shape): [Tensor, Tensor] {
  const before = (x: Tensor, other: Tensor): Tensor => {
    const small = x.op === 'Expand' ? x.inputs[0]! : x
    return sameShape(broadcastShapes(x.op, small.shape, other.shape), shape) ? small : x
  }
  const left = before(a, b)
  return [left, before(b, left)]
}

function unary(
  op: string,
  x: Operand,
  gradient: (x: Tensor, dy: Tensor, y: Tensor) => Tensor,
  attributes = {},
): Tensor {
  const a = toTensor(x)
  needFloat(op, a)
  return node({ op, inputs: [a], shape: a.shape, attributes, gradient: (dy, y) => [gradient(a, dy, y)] })
}

/** a + b; shapes broadcast, here and below. d(a + b) = da + db */
export function add(a: Operand, b: Operand): Tensor {
  return binary('Add', a, b, () => (dy) => [dy, dy])
}

/** a − b. d(a − b) = da − db */
export function sub(a: Operand, b: Operand): Tensor {
  return binary('Sub', a, b, () => (dy) => [dy, neg(dy)])
}

/** a·b, element by element. d(a·b) = b·da + a·db */
export function mul(a: Operand, b: Operand): Tensor {
  return binary('Mul', a, b, (p, q) => (dy) => [mul(dy, q), mul(dy, p)])
}

/** a/b. d(a/b) = da/b − (a/b)·db/b */
export function div(a: Operand, b: Operand): Tensor {
  return binary('Div', a, b, (_, q) => (dy, y) => [div(dy, q), neg(div(sumTo(mul(dy, y), q.shape), q))])
}

/** a^b. d(a^b) = b·a^(b−1)·da + log(a)·a^b·db; a > 0 wherever the exponent is learned */
export function pow(a: Operand, b: Operand): Tensor {
  return binary('Pow', a, b, (p, q) => (dy, y) => [mul(dy, mul(q, pow(p, sub(q, 1)))), mul(dy, mul(y, log(p)))])
}

/** The larger of both. The cotangent goes to the larger operand, to the first one where they are equal. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binary('Max', a, b, (p, q) => (dy) => [where(greaterOrEqual(p, q), dy, 0), where(greaterOrEqual(p, q), 0, dy)])
}

/** The smaller of both. The cotangent goes to the smaller operand, to the first one where they are equal. */
export function minimum(a: Operand, b: Operand): Tensor {
  return binary('Min', a, b, (p, q) => (dy) => [where(greaterOrEqual(q, p), dy, 0), where(greaterOrEqual(q, p), 0, dy)])
}

/** min(max(x, low), high); no gradient outside, the full one on the borders (as PyTorch's clamp). */
export function clamp(x: Operand, low: number, high: number): Tensor {
  return minimum(maximum(x, low), high)
}

/** −x. */
export function neg(x: Operand): Tensor {
  return unary('Neg', x, (_, dy) => neg(dy))
}

/** eˣ. d eˣ = eˣ dx */
export function exp(x: Operand): Tensor {
  return unary('Exp', x, (_, dy, y) => mul(dy, y))
}

/** The natural logarithm. d ln x = dx/x */
export function log(x: Operand): Tensor {
  return unary('Log', x, (a, dy) => div(dy, a))
}

/** √x. d √x = dx/(2√x) */
export function sqrt(x: Operand): Tensor {
  return unary('Sqrt', x, (_, dy, y) => div(mul(dy, 0.5), y))
}

/** 1/√x. */
export function rsqrt(x: Operand): Tensor {
  return div(1, sqrt(x))
}

/** x·x. */
export function square(x: Tensor): Tensor {
  return mul(x, x)
}

/** |x|. d|x| = sign(x) dx, 0 at 0 */
export function abs(x: Operand): Tensor {
  // The sign is x/|x|, two passes over the numbers: ONNX's Sign leaves the device on ONNX Runtime's WebGPU provider.
  return unary('Abs', x, (a, dy, y) => mul(dy, div(a, maximum(y, 1e-30))))
}

/** σ(x) = 1/(1 + e⁻ˣ). dσ = σ(1 − σ) dx */
export function sigmoid(x: Operand): Tensor {
  return unary('Sigmoid', x, (_, dy, y) => mul(dy, mul(y, sub(1, y))))
}

/** The hyperbolic tangent. d tanh = (1 − tanh²) dx */
export function tanh(x: Operand): Tensor {
  return unary('Tanh', x, (_, dy, y) => mul(dy, sub(1, mul(y, y))))
}

// Gradients of both rectifiers ask the output, so that the input need not be kept, and multiply: ONNX Runtime's Where between
// whole feature maps takes half as long again.

/** x where x > 0, 0 elsewhere; at 0 the gradient is 0. */
export function relu(x: Operand): Tensor {
  return unary('Relu', x, (_, dy, y) => mul(dy, toFloat(greater(y, 0))))
}

/** x where x ≥ 0, alpha·x elsewhere; at 0 the gradient is 1. alpha > 0. */
export function leakyRelu(x: Operand, alpha: number): Tensor {
  return unary('LeakyRelu', x, (_, dy, y) => mul(dy, where(greaterOrEqual(y, 0), 1, alpha)), { alpha })
}

function comparison(op: string, x: Operand, y: Operand): Tensor {
  const a = toTensor(x)
  const b = toTensor(y)
  return node({ op, inputs: [a, b], shape: broadcastShapes(op, a.shape, b.shape), dtype: 'bool' })
}

/** Whether a > b, as bool: `where` and `toFloat` take it. Comparisons have no gradient. */
export function greater(a: Operand, b: Operand): Tensor {
  return comparison('Greater', a, b)
}

/** Whether a ≥ b, as bool. */
export function greaterOrEqual(a: Operand, b: Operand): Tensor {
  return comparison('GreaterOrEqual', a, b)
}

/** Whether a = b, as bool. */
export function equal(a: Operand, b: Operand): Tensor {
  return comparison('Equal', a, b)
}

/** 1 where the condition holds, 0 elsewhere. */
export function toFloat(condition: Tensor): Tensor {
  return node({ op: 'Cast', inputs: [condition], shape: condition.shape, attributes: { to: 1 } })
}

/** Whole numbers as int32, to index with. */
export function toInt(x: Tensor): Tensor {
  return node({ op: 'Cast', inputs: [x], shape: x.shape, dtype: 'int32', attributes: { to: 6 } })
}

/** `yes` where the condition holds, `no` elsewhere; all three broadcast. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const a = toTensor(yes)
  const b = toTensor(no)
  if (condition.dtype !== 'bool') throw new ShapeError(`Where: the condition must be bool, got ${condition.dtype}`)
  needFloat('Where', a, b)
  const shape = broadcastShapes('Where', condition.shape, broadcastShapes('Where', a.shape, b.shape))
  return node({
    op: 'Where',
    inputs: [condition, a, b],
    shape,
    gradient: (dy) => [undefined, sumTo(where(condition, dy, 0), a.shape), sumTo(where(condition, 0, dy), b.shape)],
  })
}

/** x, with no gradient flowing through it. */
export function stopGradient(x: Tensor): Tensor {
  return node({ op: 'Identity', inputs: [x], shape: x.shape, dtype: x.dtype })
}

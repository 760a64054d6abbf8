/**
 * `rephoto/graph`: tensors as expressions, their ops, and their derivatives as tensors of the same graph. Nothing is computed here:
 * `rephoto/engine` does that.
 */
export { columnMaxima, type Maxima, rowMaxima } from '../graph/argmax.ts'
export { type Border, padBorder } from '../graph/border.ts'
export { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from '../graph/conv.ts'
export { customGradient } from '../graph/custom-gradient.ts'
export * from '../graph/elementwise.ts'
export { type Enlarging, enlarge } from '../graph/enlarge.ts'
export { countFlops } from '../graph/flops.ts'
export { gather, gatherElements, scatterAdd } from '../graph/gather.ts'
export { ancestors, gradients } from '../graph/gradients.ts'
export { concat, expand, flip, pad, reshape, roll, slice, sliceAxis, transpose } from '../graph/layout.ts'
export { equalLinear, linear } from '../graph/linear.ts'
export { matmul } from '../graph/matmul.ts'
export { batchNorm, instanceNorm, pixelNorm, standardize } from '../graph/normalize.ts'
export { type OnnxModel, writeOnnx } from '../graph/onnx.ts'
export { maxPool3 } from '../graph/overlapping-pool.ts'
export { avgPool, globalMean, maxPool, maxPoolWindows, upsampleNearest } from '../graph/pool.ts'
export { prelu } from '../graph/prelu.ts'
export { max, mean, min, softmax, sum, sumTo } from '../graph/reduce.ts'
export {
  bilinearMatrix,
  interpolationMatrix,
  type ResampleMatrix,
  resample,
  resizeBilinear,
} from '../graph/resample.ts'
export { rewrite, withInputs } from '../graph/rewrite.ts'
export { selfProduct } from '../graph/self-product.ts'
export { broadcastShapes, type Shape, ShapeError, sizeOf } from '../graph/shape.ts'
export { pixelShuffle, pixelUnshuffle, type ShuffleOrder } from '../graph/shuffle.ts'
export {
  type Attribute,
  type ConstantData,
  constant,
  type DType,
  type GradientRule,
  input,
  type NodeSpec,
  node,
  type Operand,
  scalar,
  scope,
  type Tensor,
  toTensor,
} from '../graph/tensor.ts'
export { type WeightSource, Weights } from '../graph/weights.ts'

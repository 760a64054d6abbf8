// Convolution (cross-correlation, as everywhere in deep learning) and its transpose, NCHW. The gradient of one is the
// other; the gradient for the kernel is a convolution of the input with the cotangent, samples and channels swapped.

import { flip, pad, reshape, slice, transpose } from './layout.ts'
import { ShapeError, showShape } from './shape.ts'
import { constant, node, type Tensor } from './tensor.ts'

export interface ConvOptions {
  stride?: number
  /** Zero padding: one number for all sides, or [top, left, bottom, right]. */
  padding?: number | readonly [number, number, number, number]
  dilation?: number
  /** Channels are cut into this many groups that do not see each other. */
  groups?: number
  /** [channels out] */
  bias?: Tensor
}

type Pads = readonly [number, number, number, number]

const allSides = (padding: number | Pads): Pads =>
  typeof padding === 'number' ? [padding, padding, padding, padding] : padding

/** x [N, C, H, W], kernel [O, C/groups, kh, kw] → [N, O, H', W'], H' = ⌊(H + pads − dilation·(kh − 1) − 1)/stride⌋ + 1. */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, bias } = options
  const pads = allSides(padding)
  const [n, c, h, w] = x.shape
  const [o, perGroup, kh, kw] = kernel.shape
  if (x.shape.length !== 4 || kernel.shape.length !== 4 || c !== perGroup! * groups || o! % groups !== 0)
    throw new ShapeError(
      `Conv: input ${showShape(x.shape)} does not fit kernel ${showShape(kernel.shape)} in ${groups} group(s)`,
    )
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
    throw new ShapeError(`Conv: bias ${showShape(bias.shape)} does not fit ${o} output channels`)
  const side = (length: number, k: number, before: number, after: number): number =>
    Math.floor((length + before + after - dilation * (k - 1) - 1) / stride) + 1
  return node({
    op: 'Conv',
    inputs: bias ? [x, kernel, bias] : [x, kernel],
    shape: [n!, o!, side(h!, kh!, pads[0], pads[2]), side(w!, kw!, pads[1], pads[3])],
    attributes: {
      strides: [stride, stride],
      pads,
      dilations: [dilation, dilation],
      group: groups,
      kernel_shape: [kh!, kw!],
    },
    gradient: (dy) => [
      inputGradient(dy, x, kernel, stride, pads, dilation, groups),
      kernelGradient(dy, x, kernel, stride, pads, dilation, groups),
      bias && reshape(sumOverPositions(dy), bias.shape),
    ],
  })
}

export interface ConvTransposeOptions {
  stride?: number
  padding?: number | Pads
  /** Rows and columns added at the bottom and the right, where several input sizes give the same output size. */
  outputPadding?: readonly [number, number]
  groups?: number
}

/** The transpose of conv2d: x [N, O, H', W'], kernel [O, C/groups, kh, kw] → [N, C, H, W], H = (H' − 1)·stride + kh − pads + outputPadding. */
export function convTranspose2d(x: Tensor, kernel: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const { stride = 1, padding = 0, outputPadding = [0, 0], groups = 1 } = options
  const pads = allSides(padding)
  const [n, o, h, w] = x.shape
  const [o2, perGroup, kh, kw] = kernel.shape
  if (x.shape.length !== 4 || kernel.shape.length !== 4 || o !== o2 || o! % groups !== 0)
    throw new ShapeError(
      `ConvTranspose: input ${showShape(x.shape)} does not fit kernel ${showShape(kernel.shape)} in ${groups} group(s)`,
    )
  return node({
    op: 'ConvTranspose',
    inputs: [x, kernel],
    shape: [
      n!,
      perGroup! * groups,
      (h! - 1) * stride + kh! - pads[0] - pads[2] + outputPadding[0],
      (w! - 1) * stride + kw! - pads[1] - pads[3] + outputPadding[1],
    ],
    attributes: {
      strides: [stride, stride],
      pads,
      output_padding: outputPadding,
      group: groups,
      kernel_shape: [kh!, kw!],
    },
    gradient: (dy) => {
      const dx = conv2d(dy, kernel, { stride, padding: pads, groups })
      return [slice(dx, [0, 0, 0, 0], [n!, o!, h!, w!]), kernelGradient(x, dy, kernel, stride, pads, 1, groups)]
    },
  })
}

/** The kernel turned by 180° with its channels swapped (in every group): what a stride-1 convolution is transposed with. */
export function turnedKernel(kernel: Tensor, groups = 1): Tensor {
  const [o, perGroup, kh, kw] = kernel.shape as [number, number, number, number]
  if (groups === 1) return flip(transpose(kernel, [1, 0, 2, 3]), [2, 3])
  const apart = transpose(reshape(kernel, [groups, o / groups, perGroup, kh, kw]), [0, 2, 1, 3, 4])
  return flip(reshape(apart, [groups * perGroup, o / groups, kh, kw]), [2, 3])
}

function inputGradient(
  dy: Tensor,
  x: Tensor,
  kernel: Tensor,
  stride: number,
  pads: Pads,
  dilation: number,
  groups: number,
): Tensor {
  const [kh, kw] = kernel.shape.slice(2) as [number, number]
  const [h, w] = x.shape.slice(2) as [number, number]
  const [reachH, reachW] = [dilation * (kh - 1), dilation * (kw - 1)]
  const fitsPlain = pads[0] <= reachH && pads[1] <= reachW && pads[2] <= reachH && pads[3] <= reachW
  // Conv is two to four times as fast as ConvTranspose in ONNX Runtime, and a constant kernel is turned once, when the model is loaded.
  const depthwise = kernel.shape[1] === 1 && kernel.shape[0] === groups
  if (stride === 1 && (groups === 1 || depthwise || dilation > 1) && fitsPlain)
    return conv2d(dy, depthwise ? flip(kernel, [2, 3]) : turnedKernel(kernel, groups), {
      groups,
      dilation,
      padding: [reachH - pads[0], reachW - pads[1], reachH - pads[2], reachW - pads[3]],
    })
  const [oh, ow] = dy.shape.slice(2) as [number, number]
  if (dilation === 1) {
    const outputPadding: [number, number] = [
      h - ((oh - 1) * stride + kh - pads[0] - pads[2]),
      w - ((ow - 1) * stride + kw - pads[1] - pads[3]),
    ]
    return convTranspose2d(dy, kernel, { stride, padding: pads, outputPadding, groups })
  }
  // Without dilation in ConvTranspose (TensorFlow.js has none): zeros between the samples, the full correlation, and of
  // that what lies on x; the last rows of x may have been read by nothing.
  const channels = dy.shape[1]!
  const spread =
    stride === 1
      ? dy
      : convTranspose2d(dy, constant(new Float32Array(channels).fill(1), [channels, 1, 1, 1]), {
          stride,
          groups: channels,
        })
  const full = conv2d(spread, turnedKernel(kernel, groups), {
    groups,
    dilation,
    padding: [reachH, reachW, reachH, reachW],
  })
  const [fullH, fullW] = full.shape.slice(2) as [number, number]
  const padded = pad(full, [0, 0, 0, 0], [0, 0, Math.max(0, pads[0] + h - fullH), Math.max(0, pads[1] + w - fullW)])
  return slice(padded, [0, 0, pads[0], pads[1]], [dy.shape[0]!, x.shape[1]!, pads[0] + h, pads[1] + w])
}

/**
 * dK[o, c, i, j] = Σ x[n, c, s·p + i, s·q + j]·dy[n, o, p, q]: a convolution with dy as its dilated kernel, samples and
 * channels swapped; with groups, the samples of a group's channels are its input channels.
 */
function kernelGradient(
  dy: Tensor,
  x: Tensor,
  kernel: Tensor,
  stride: number,
  pads: Pads,
  dilation: number,
  groups: number,
): Tensor {
  const [o, c, kh, kw] = kernel.shape as [number, number, number, number]
  const [n, , h, w] = x.shape as [number, number, number, number]
  const swapped =
    groups === 1
      ? transpose(x, [1, 0, 2, 3])
      : reshape(transpose(reshape(x, [n, groups, c, h, w]), [2, 1, 0, 3, 4]), [c, groups * n, h, w])
  const full = conv2d(pad(swapped, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]), transpose(dy, [1, 0, 2, 3]), {
    dilation: stride,
    stride: dilation,
    groups,
  })
  return transpose(slice(full, [0, 0, 0, 0], [c, o, kh, kw]), [1, 0, 2, 3])
}

function sumOverPositions(dy: Tensor): Tensor {
  return node({
    op: 'ReduceSum',
    inputs: [dy],
    shape: [dy.shape[1]!],
    attributes: { axes: [0, 2, 3], keepdims: 0 },
  })
}

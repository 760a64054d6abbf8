/**
 * VGGs as Caffe trained them: pictures are BGR in 0..255 minus a mean. Brought to what torchvision's are given, RGB normalised as
 * ImageNet's, and to their size: all activations are divided by 255·0.225, which behind ReLUs changes no direction. At the picture's
 * edge, where zeros stand for other colours, the difference is below half a hundredth of a level.
 *
 * People have them in Keras' names, whose kernels lie [height, width, in, out], and in torchvision's (vgg16-00b39a1b.pth and
 * vgg19-d01eb7cb.pth of jcjohnson/pytorch-vgg), where only the numbers tell them from torchvision's own.
 */
import type { TensorSource } from '../checkpoint/value.ts'
import type { Tensors } from '../networks/template.ts'
import { type VggKind, vggConvolutions } from './vgg.ts'

const MEAN_BGR = [103.939, 116.779, 123.68]
const IMAGENET_MEAN = [0.485, 0.456, 0.406]
const IMAGENET_DEVIATION = [0.229, 0.224, 0.225]

/** What activations are divided by. */
export const CAFFE_UNITS = 255 * 0.225

/** What an import says of a network that was brought over. */
export const CAFFE_NOTE = 'brought from BGR in 0..255 to what torchvision’s is given'

/**
 * How the biases of the first layer begin in both networks, whose first layers were copied from one that was trained before
 * (Simonyan and Zisserman 2015, 3.1); torchvision's begin 0.40, 0.38, 0.46, −0.32 (VGG16).
 */
const FIRST_BIASES = [0.733, 0.062, 0.035, 0.823, 0.256, 0.547, -0.014, 0.346]
/** The two differ by 0.005, and files of 8 bits by as much again. */
const CLOSE = 0.02

/** Whether tensors have the names of Keras' VGGs. */
export function isKerasVgg(tensors: Tensors): boolean {
  return tensors.has('block1_conv1/kernel') && tensors.has('block3_conv1/kernel')
}

/** Whether tensors in torchvision's names hold Caffe's numbers. */
export function isCaffeVgg(tensors: Tensors): boolean {
  const bias = tensors.get('features.0.bias')
  if (bias === undefined || bias.shape[0]! < FIRST_BIASES.length) return false
  const values = bias.read()
  return FIRST_BIASES.every((b, i) => Math.abs(values[i]! - b) < CLOSE)
}

/** A convolution as torchvision lays it: [out, in, height, width]. */
interface Convolution {
  readonly shape: readonly number[]
  kernel(): Float32Array
  bias(): Float32Array
}

/** Keras' under torchvision's names, for RGB as torchvision normalises it; those that the file lacks are left out. */
export function fromKerasVgg(kind: VggKind, tensors: Tensors): Map<string, TensorSource> {
  return brought(
    kind,
    ({ block, place }) => {
      const kernel = tensors.get(`block${block}_conv${place}/kernel`)
      const bias = tensors.get(`block${block}_conv${place}/bias`)
      if (!kernel || !bias) return undefined
      const [h, w, inputs, outputs] = kernel.shape as [number, number, number, number]
      return {
        shape: [outputs, inputs, h, w],
        kernel: () => turned(kernel.read(), h * w, inputs, outputs),
        bias: () => Float32Array.from(bias.read()),
      }
    },
    () => true,
  )
}

/** Caffe's in torchvision's names, for RGB as torchvision normalises it. */
export function fromCaffeVgg(kind: VggKind, tensors: Tensors): Map<string, TensorSource> {
  return brought(
    kind,
    ({ key }) => {
      const [kernel, bias] = [tensors.get(`${key}.weight`), tensors.get(`${key}.bias`)]
      if (!kernel || !bias) return undefined
      return {
        shape: kernel.shape,
        kernel: () => Float32Array.from(kernel.read()),
        bias: () => Float32Array.from(bias.read()),
      }
    },
    isBlueFirst,
  )
}

/** Whether the first kernels see blue first: the first of both networks answers red more than blue. Some conversions have turned them. */
function isBlueFirst(kernel: Float32Array): boolean {
  const strength = (channel: number) =>
    kernel.subarray(9 * channel, 9 * channel + 9).reduce((s, v) => s + Math.abs(v), 0)
  return strength(0) < strength(2)
}

function brought(
  kind: VggKind,
  convolution: (at: ReturnType<typeof vggConvolutions>[number]) => Convolution | undefined,
  isBlue: (kernel: Float32Array) => boolean,
): Map<string, TensorSource> {
  const found = new Map<string, TensorSource>()
  for (const place of vggConvolutions(kind)) {
    const given = convolution(place)
    if (!given) continue
    const first = place.block === 1 && place.place === 1 ? () => redFirst(given, isBlue) : undefined
    const area = given.shape[2]! * given.shape[3]!
    const deviation = (i: number) => 255 * IMAGENET_DEVIATION[Math.floor(i / area) % 3]!
    found.set(`${place.key}.weight`, {
      dtype: 'F32',
      shape: given.shape,
      read: () => first?.().map((v, i) => (v * deviation(i)) / CAFFE_UNITS) ?? given.kernel(),
    })
    found.set(`${place.key}.bias`, {
      dtype: 'F32',
      shape: given.shape.slice(0, 1),
      read: () => {
        const kernel = first?.()
        return given.bias().map((b, o) => {
          let sum = b
          for (let i = 0; kernel && i < 3 * area; i++) {
            const c = Math.floor(i / area)
            sum += kernel[o * 3 * area + i]! * (255 * IMAGENET_MEAN[c]! - MEAN_BGR[2 - c]!)
          }
          return sum / CAFFE_UNITS
        })
      },
    })
  }
  return found
}

/** The first kernels with their channels in the order of RGB. */
function redFirst({ shape, kernel }: Convolution, isBlue: (kernel: Float32Array) => boolean): Float32Array {
  const values = kernel()
  if (!isBlue(values)) return values
  const area = shape[2]! * shape[3]!
  return values.map((_, i) => {
    const [o, c, at] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area]
    return values[(o * 3 + 2 - c) * area + at]!
  })
}

/** [height, width, in, out] as [out, in, height, width]. */
function turned(values: ArrayLike<number>, area: number, inputs: number, outputs: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => {
    const [o, c, at] = [Math.floor(i / (inputs * area)), Math.floor(i / area) % inputs, i % area]
    return values[(at * inputs + c) * outputs + o]!
  })
}

/**
 * VGGs as Caffe trained them, in Keras' names: kernels lie [height, width, in, out], pictures are BGR in 0..255 minus a mean. Brought to
 * what torchvision's are given, RGB normalised as ImageNet's, and to their size: all activations are divided by 255·0.225, which
 * behind ReLUs changes no direction. At the picture's edge, where zeros stand for other colours, the difference is below
 * half a hundredth of a level.
 */
import type { TensorSource } from '../checkpoint/value.ts'
import type { Tensors } from '../networks/template.ts'
import { type VggKind, vggConvolutions } from './vgg.ts'

const MEAN_BGR = [103.939, 116.779, 123.68]
const IMAGENET_MEAN = [0.485, 0.456, 0.406]
const IMAGENET_DEVIATION = [0.229, 0.224, 0.225]

/** What activations are divided by. */
export const CAFFE_UNITS = 255 * 0.225

/** Whether tensors have the names of Keras' VGGs. */
export function isKerasVgg(tensors: Tensors): boolean {
  return tensors.has('block1_conv1/kernel') && tensors.has('block3_conv1/kernel')
}

/** The same under torchvision's names; those that the file lacks are left out. */
export function fromKerasVgg(kind: VggKind, tensors: Tensors): Map<string, TensorSource> {
  const found = new Map<string, TensorSource>()
  for (const { block, place, key } of vggConvolutions(kind)) {
    const kernel = tensors.get(`block${block}_conv${place}/kernel`)
    const bias = tensors.get(`block${block}_conv${place}/bias`)
    if (!kernel || !bias) continue
    const isFirst = block === 1 && place === 1
    const [h, w, inputs, outputs] = kernel.shape as [number, number, number, number]
    const turned = () => {
      const values = kernel.read()
      return Float32Array.from({ length: values.length }, (_, i) => {
        const [o, c, at] = [Math.floor(i / (inputs * h * w)), Math.floor(i / (h * w)) % inputs, i % (h * w)]
        // The first layer's input channels are BGR there, RGB here.
        return values[(at * inputs + (isFirst ? inputs - 1 - c : c)) * outputs + o]!
      })
    }
    const area = h * w
    found.set(`${key}.weight`, {
      dtype: 'F32',
      shape: [outputs, inputs, h, w],
      read: () => {
        const values = turned()
        if (!isFirst) return values
        return values.map((v, i) => (v * 255 * IMAGENET_DEVIATION[Math.floor(i / area) % 3]!) / CAFFE_UNITS)
      },
    })
    found.set(`${key}.bias`, {
      dtype: 'F32',
      shape: [outputs],
      read: () => {
        const values = isFirst ? turned() : new Float32Array(0)
        return bias.read().map((b, o) => {
          let sum = b
          for (let i = 0; isFirst && i < 3 * area; i++) {
            const c = Math.floor(i / area)
            sum += values[o * 3 * area + i]! * (255 * IMAGENET_MEAN[c]! - MEAN_BGR[2 - c]!)
          }
          return sum / CAFFE_UNITS
        })
      },
    })
  }
  return found
}

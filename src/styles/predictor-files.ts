// The predictor of styles in Magenta's TensorFlow Lite file, in the names of TensorFlow's MobileNetV2; kernels lie [out, h, w, in].

import { permuted, reshaped } from '../networks/found.ts'
import { countFrom, type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import { named, type Recognised } from './recognised.ts'

/** The predictor; undefined where the tensors are of another network. */
export function recognisePredictor(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('stem.weight') && tensors.has('blocks.0.depthwise.weight')
  if (!isOurs && !(tensors.has('MobilenetV2/Conv/weights') && tensors.has('mobilenet_conv/Conv/weights')))
    return undefined
  const own = isOurs ? tensors : inOurNames(tensors)
  const blocks = countFrom(own, 0, (i) => `blocks.${i}.depthwise.weight`)
  const { tensors: used, sides } = matchTemplate('a predictor of styles', own, templateOf(own, blocks))
  return { title: `predictor of styles, ${sides.get('style')} numbers, ${blocks} blocks`, tensors: used, notes: [] }
}

function templateOf(own: Tensors, blocks: number): Expected[] {
  const each = Array.from({ length: blocks }, (_, i) => {
    const [at, from] = [`blocks.${i}`, i === 0 ? 'stem' : `out ${i - 1}`]
    const isWidened = own.has(`${at}.expand.weight`)
    const wide = isWidened ? `wide ${i}` : from
    return [
      ...(isWidened ? layer(`${at}.expand`, [wide, from, 1, 1]) : []),
      ...layer(`${at}.depthwise`, [wide, 1, 3, 3]),
      ...layer(`${at}.project`, [`out ${i}`, wide, 1, 1]),
    ]
  }).flat()
  return [
    ...layer('stem', ['stem', 3, 3, 3]),
    ...each,
    ...layer('head', ['head', `out ${blocks - 1}`, 1, 1]),
    ...layer('out', ['style', 'head']),
  ]
}

function inOurNames(tensors: Tensors) {
  return named(tensors, (take) => {
    const convolution = (ours: string, theirs: string) => {
      take(`${ours}.weight`, `${theirs}/weights`, (kernel) => permuted(kernel, [0, 3, 1, 2]))
      take(`${ours}.bias`, `${theirs}/Conv2D_bias`)
    }
    convolution('stem', 'MobilenetV2/Conv')
    const blockAt = (i: number) => `MobilenetV2/expanded_conv${i === 0 ? '' : `_${i}`}`
    const blocks = countFrom(tensors, 0, (i) => `${blockAt(i)}/depthwise/depthwise_weights`)
    for (let i = 0; i < blocks; i++) {
      convolution(`blocks.${i}.expand`, `${blockAt(i)}/expand`)
      take(`blocks.${i}.depthwise.weight`, `${blockAt(i)}/depthwise/depthwise_weights`, (kernel) =>
        permuted(kernel, [3, 0, 1, 2]),
      )
      take(`blocks.${i}.depthwise.bias`, `${blockAt(i)}/depthwise/depthwise_bias`)
      convolution(`blocks.${i}.project`, `${blockAt(i)}/project`)
    }
    convolution('head', 'MobilenetV2/Conv_1')
    take('out.weight', 'mobilenet_conv/Conv/weights', (kernel) => {
      const turned = permuted(kernel, [0, 3, 1, 2])
      return reshaped(turned, turned.shape.slice(0, 2))
    })
    take('out.bias', 'mobilenet_conv/Conv/Conv2D_bias')
  })
}

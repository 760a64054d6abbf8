/**
 * encoder4editing checkpoints (omertov/encoder4editing): `state_dict` with `encoder.*` and `decoder.*`, `latent_avg`,
 * `opts`. The encoder is written under `encoder.` beside the average latent that it adds to (as the compact pack's is);
 * the decoder is a generator of its own.
 */
import { type TensorSource, TensorValue, type Value } from '../../checkpoint/value.ts'
import { NetworkError } from '../../networks/errors.ts'
import type { Found } from '../../networks/found.ts'
import type { Place } from '../../networks/network.ts'
import { below, countFrom, type Expected, layer, matchTemplate, norm, type Tensors } from '../../networks/template.ts'
import { latentMean } from '../../networks/w-stats.ts'

/** Bottlenecks of the IR-SE50 body, and the first of each of its four stages. */
const bottlenecks = 24
const stageStarts = [0, 3, 7, 21]
/** Styles below 3 read the deepest map (side 16), those below 7 the next (32), the rest the finest (64). */
const stylePyramid = [
  { below: 3, halvings: 4 },
  { below: 7, halvings: 5 },
  { below: Number.POSITIVE_INFINITY, halvings: 6 },
]

/** The encoder, its decoder and the mean of w, where an encoder of this kind lies. */
export function recogniseE4e({ tensors, at, root, inside }: Place): Found[] {
  const encoder = tensors.has('encoder.input_layer.0.weight') ? below(tensors, 'encoder.') : tensors
  if (!['input_layer.0.weight', 'latlayer1.weight', 'styles.0.linear.weight'].every((key) => encoder.has(key)))
    return []
  const mean = entry(root, 'latent_avg')
  const average = mean instanceof TensorValue ? mean : tensors.get('latent_avg')
  const decoder = inside('decoder.').map((found) => ({ ...found, byproduct: true }))
  return [
    readE4e(encoder, `${at}.encoder`, average, entry(root, 'opts')),
    ...decoder,
    ...(average === undefined ? [] : [latentMean(average, 'latent_avg', true)]),
  ]
}

function entry(root: Value | undefined, name: string): Value | undefined {
  return root instanceof Map ? root.get(name) : undefined
}

function readE4e(tensors: Tensors, at: string, average: TensorSource | undefined, opts: Value | undefined): Found {
  const body = countFrom(tensors, 0, (i) => `body.${i}.res_layer.1.weight`)
  const styles = countFrom(tensors, 0, (i) => `styles.${i}.linear.weight`)
  const what = `an e4e encoder with ${styles} styles`
  if (body !== bottlenecks)
    throw new NetworkError(`looks like ${what} but has ${body} bottlenecks where an IR-SE50 has ${bottlenecks}`)
  const match = matchTemplate(what, tensors, e4eTemplate(styles, tensors))
  const styleDim = match.sides.get('style') ?? 0
  const starts = opts instanceof Map ? opts.get('start_from_latent_avg') : undefined
  const notes: string[] = []
  const out = new Map([...match.tensors].map(([key, tensor]) => [`encoder.${key}`, tensor]))
  if (average === undefined) {
    if (starts === true) throw new NetworkError(`looks like ${what} that starts from latent_avg, but has none`)
    notes.push('no latent average in the file: codes are taken as they are')
  } else if (starts === false) notes.push('opts.start_from_latent_avg is false: the latent average is not added')
  else {
    const shape = average.shape.join()
    if (shape !== `${styles},${styleDim}`)
      throw new NetworkError(
        `looks like ${what} but latent_avg is [${average.shape.join(', ')}], not [${styles}, ${styleDim}]`,
      )
    if (starts === undefined) notes.push('no opts in the file: the latent average is added, as in the official one')
    out.set('latent_avg', average)
  }
  return {
    role: 'e4e',
    title: `e4e encoder, IR-SE50, ${styles} styles of ${styleDim}`,
    nLatent: styles,
    styleDim,
    at,
    tensors: out,
    notes,
  }
}

function e4eTemplate(styles: number, tensors: Tensors): Expected[] {
  const stage = (i: number) => stageStarts.filter((start) => start <= i).length
  const width = (i: number) => `channels of stage ${stage(i)}`
  const parts: Expected[] = [
    ...layer('input_layer.0', ['channels of input', 3, 3, 3], { bias: false }),
    ...norm('input_layer.1', 'channels of input'),
    { key: 'input_layer.2.weight', shape: ['channels of input'] },
  ]
  for (let i = 0; i < bottlenecks; i++) {
    const from = i === 0 ? 'channels of input' : width(i - 1)
    const to = width(i)
    const name = `body.${i}.res_layer`
    const squeezed = `squeezed ${to}`
    parts.push(
      ...norm(`${name}.0`, from),
      ...layer(`${name}.1`, [to, from, 3, 3], { bias: false }),
      { key: `${name}.2.weight`, shape: [to] },
      ...layer(`${name}.3`, [to, to, 3, 3], { bias: false }),
      ...norm(`${name}.4`, to),
      ...layer(`${name}.5.fc1`, [squeezed, to, 1, 1], { bias: false }),
      ...layer(`${name}.5.fc2`, [to, squeezed, 1, 1], { bias: false }),
    )
    // Only where the width changes is the shortcut a convolution.
    if (tensors.has(`body.${i}.shortcut_layer.0.weight`))
      parts.push(
        ...layer(`body.${i}.shortcut_layer.0`, [to, from, 1, 1], { bias: false }),
        ...norm(`body.${i}.shortcut_layer.1`, to),
      )
  }
  const deep = width(bottlenecks - 1)
  for (let i = 0; i < styles; i++) {
    const { halvings } = stylePyramid.find(({ below }) => i < below)!
    for (let j = 0; j < halvings; j++)
      parts.push(...layer(`styles.${i}.convs.${2 * j}`, ['style', j === 0 ? deep : 'style', 3, 3]))
    parts.push(...layer(`styles.${i}.linear`, ['style', 'style']))
  }
  parts.push(...layer('latlayer1', [deep, width(20), 1, 1]), ...layer('latlayer2', [deep, width(6), 1, 1]))
  return parts
}

// Networks that a picture goes through once, with formula weights.

import type { TensorSource } from '../src/checkpoint/value.ts'
import type { Program } from '../src/engine/executable.ts'
import type { Feeds } from '../src/engine/values.ts'
import type { ForwardNetwork } from '../src/forward/network.ts'
import { sizeOf } from '../src/graph/shape.ts'
import { input } from '../src/graph/tensor.ts'
import { Weights } from '../src/graph/weights.ts'
import { painterOf } from '../src/painters/painter.ts'
import { recogniseResnet } from '../src/painters/resnet.ts'
import { attend } from '../src/restore/attention.ts'
import { mappingQuality } from '../src/restore/mapping-quality.ts'
import { blockSize } from '../src/restore/pass.ts'
import { stylized } from '../src/styles/transformer.ts'
import { recogniseRrdb } from '../src/upscalers/rrdb.ts'
import { recogniseSrvgg } from '../src/upscalers/srvgg.ts'
import { upscalerOf } from '../src/upscalers/upscaler.ts'
import { formulaImage, formulaValues } from '../test/support/formula.ts'
import { filledWith, resnetShapes } from '../test/support/painter-tensors.ts'
import { restoreWeights } from '../test/support/restore-weights.ts'
import { transformerShapes } from '../test/support/style-tensors.ts'
import { esrganShapes, formulaTensors, srvggShapes } from '../test/support/upscaler-tensors.ts'

/** What is run. */
export interface ForwardProgram {
  readonly program: Program
  /** Given at each run. */
  readonly feeds: Feeds
  /** Written once. */
  readonly fixed?: Readonly<Record<string, Float32Array>>
}

export interface ForwardWorkload {
  readonly name: string
  /** Runs at the most, where one takes half a minute. */
  readonly mostSteps?: number
  make(): ForwardProgram
}

function weightsOf({ tensors }: { tensors: ReadonlyMap<string, TensorSource> }, role = 'upscaler'): Weights {
  const source = {
    keys: () => [...tensors.keys()],
    has: (key: string) => tensors.has(key),
    shape: (key: string) => tensors.get(key)!.shape,
    read: (key: string) => tensors.get(key)!.read(),
  }
  return new Weights(source, role)
}

/** A picture of 256² through a network that enlarges. */
function enlarging(network: ForwardNetwork): ForwardProgram {
  const side = 256
  return {
    program: { outputs: { y: network.build(input('x', [1, 3, side, side])) } },
    feeds: { x: formulaImage('bench', 3, side, side) },
  }
}

const srvggOf = (convs: number) => () =>
  enlarging(upscalerOf(weightsOf(recogniseSrvgg(formulaTensors('bench', srvggShapes(convs)))!)))

/** Side of what one pass paints or styles. */
const PAINTED_SIDE = 512
const picture = () => formulaImage('bench', 3, PAINTED_SIDE, PAINTED_SIDE)
const pictureInput = () => input('x', [1, 3, PAINTED_SIDE, PAINTED_SIDE])

/** The network of `rephoto paint` that ships: CycleGAN's ResNet generator of 6 blocks, half as wide. */
function painting(): ForwardProgram {
  const found = recogniseResnet(filledWith('bench', resnetShapes(6, 32)))!
  return {
    program: { outputs: { y: painterOf(weightsOf(found, 'painter')).build(pictureInput()) } },
    feeds: { x: picture() },
  }
}

/** The transformer of `rephoto stylize --fast` that ships, 8 channels wide. */
function styling(): ForwardProgram {
  const weights = weightsOf({ tensors: filledWith('bench', transformerShapes(100, 8, 5)) }, 'style_transformer')
  return {
    program: { outputs: { y: stylized(weights, pictureInput(), input('style', [1, 100])) } },
    feeds: { x: picture(), style: formulaValues('bench/style', 100, 0.3) },
  }
}

/** The latent of a photograph of a megapixel: a quarter of 1024 a side. */
const LATENT_SIDE = 256

function mapping(): ForwardProgram {
  const shape = [1, 64, LATENT_SIDE, LATENT_SIDE]
  const y = mappingQuality(restoreWeights('mapping_quality'), input('z', shape))
  return { program: { outputs: { y } }, feeds: { z: formulaValues('bench/latent', sizeOf(shape)) } }
}

/** The queries of scratch attention that a megapixel takes at once, one block of 128: each looks at all 65,536 positions. */
function attention(): ForwardProgram {
  const [n, c] = [LATENT_SIDE ** 2, 512]
  const block = blockSize(n)
  const inputs = { keys: input('keys', [c, n]), values: input('values', [n, c]), seen: input('seen', [1, n]) }
  const small = (name: string, count: number) => formulaValues(`bench/${name}`, count, 0.05)
  return {
    program: {
      outputs: { y: attend(input('queries', [block, c]), inputs.keys, inputs.values, inputs.seen) },
      fixed: inputs,
    },
    feeds: { queries: small('queries', block * c) },
    fixed: {
      keys: small('keys', n * c),
      values: small('values', n * c),
      seen: Float32Array.from({ length: n }, (_, i) => (i % 10 === 0 ? 0 : 1)),
    },
  }
}

/** By the names that `--only` and pytorch_forward.py take. */
export const forwardWorkloads: Readonly<Record<string, ForwardWorkload>> = {
  'rrdb-23': {
    name: 'RRDB-23, 256²→1024²',
    make: () => enlarging(upscalerOf(weightsOf(recogniseRrdb(formulaTensors('bench', esrganShapes(23)))!))),
  },
  'srvgg-32': { name: 'SRVGG-32, 256²→1024²', make: srvggOf(32) },
  'srvgg-16': { name: 'SRVGG-16, 256²→1024²', make: srvggOf(16) },
  'painter-6': { name: 'painter, 512²', make: painting },
  'styles-5': { name: 'any style, 512²', make: styling },
  'mapping-1': { name: 'mapping at 1 Mpx', mostSteps: 3, make: mapping },
  'attention-1': { name: 'attention, 512 of 65k', make: attention },
}

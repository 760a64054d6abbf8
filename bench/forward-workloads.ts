// Networks that a picture goes through once, with formula weights, and the side of the picture.

import type { ForwardNetwork } from '../src/forward/network.ts'
import { Weights } from '../src/graph/weights.ts'
import { recogniseRrdb } from '../src/upscalers/rrdb.ts'
import { recogniseSrvgg } from '../src/upscalers/srvgg.ts'
import { upscalerOf } from '../src/upscalers/upscaler.ts'
import { esrganShapes, formulaTensors, srvggShapes } from '../test/support/upscaler-tensors.ts'

export interface ForwardWorkload {
  readonly name: string
  readonly side: number
  network(): ForwardNetwork
}

function weightsOf({ tensors }: NonNullable<ReturnType<typeof recogniseRrdb>>): Weights {
  const source = {
    keys: () => [...tensors.keys()],
    has: (key: string) => tensors.has(key),
    shape: (key: string) => tensors.get(key)!.shape,
    read: (key: string) => tensors.get(key)!.read(),
  }
  return new Weights(source, 'upscaler')
}

const srvggOf = (convs: number) => () =>
  upscalerOf(weightsOf(recogniseSrvgg(formulaTensors('bench', srvggShapes(convs)))!))

/** By the names that `--only` and pytorch_forward.py take. */
export const forwardWorkloads: Readonly<Record<string, ForwardWorkload>> = {
  'rrdb-23': {
    name: 'RRDB-23, 256²→1024²',
    side: 256,
    network: () => upscalerOf(weightsOf(recogniseRrdb(formulaTensors('bench', esrganShapes(23)))!)),
  },
  'srvgg-32': { name: 'SRVGG-32, 256²→1024²', side: 256, network: srvggOf(32) },
  'srvgg-16': { name: 'SRVGG-16, 256²→1024²', side: 256, network: srvggOf(16) },
}

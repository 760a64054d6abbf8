// How far networks look: what a pixel changes lies within the radius that they claim, and reaches it; and tiles with that margin give the whole.
import { describe, expect, it } from 'vitest'
import type { ForwardNetwork } from '../../src/forward/network.ts'
import { passOverTiles, planTiles, usualMargin } from '../../src/forward/tiles.ts'
import { Weights } from '../../src/graph/weights.ts'
import { upscalerNetwork, upscalerOf } from '../../src/upscalers/upscaler.ts'
import { formulaImage } from '../support/formula.ts'
import { reachOf } from '../support/reach.ts'
import { esrganShapes, formulaTensors, type NamedShapes, srvggShapes } from '../support/upscaler-tensors.ts'

function networkOf(name: string, shapes: NamedShapes): ForwardNetwork {
  const place = { at: 'root', root: undefined, inside: () => [], tensors: formulaTensors(name, shapes) }
  const { tensors } = upscalerNetwork.recognise(place)[0]!
  const source = {
    keys: () => [...tensors.keys()],
    has: (key: string) => tensors.has(key),
    shape: (key: string) => tensors.get(key)!.shape,
    read: (key: string) => tensors.get(key)!.read(),
  }
  return upscalerOf(new Weights(source, name))
}

const keras = (name: string, o: number, i: number, k = 3): [string, number[]][] => [
  [`${name}/kernel`, [k, k, i, o]],
  [`${name}/bias`, [o]],
]
const slim: NamedShapes = new Map([
  ...[...keras('F_m1', 6, 3), ...keras('F_0', 6, 6), ...keras('F_1_1', 3, 6), ...keras('LFF_1', 6, 9, 1)],
  ...[...keras('GFF_1', 6, 6, 1), ...keras('GFF_2', 6, 6), ...keras('UPN1', 6, 6, 5), ...keras('UPN2', 6, 6)],
  ...[...keras('UPN3', 12, 6), ...keras('SR', 3, 12)],
])
const networks: readonly (readonly [string, ForwardNetwork])[] = [
  ['SRVGG', networkOf('srvgg', srvggShapes(4, { width: 8, scale: 2 }))],
  ['RRDB', networkOf('rrdb', esrganShapes(1, { width: 8, growth: 4 }))],
  ['RRDB of cells', networkOf('cells', esrganShapes(1, { width: 8, growth: 4, inputs: 12, ups: 1 }))],
  ['RDN', networkOf('slim', slim)],
]

describe.each(networks)('%s', (_, network) => {
  it('looks as far as it says', async () => {
    const reach = await reachOf(network, 5)
    expect(reach).toBeLessThanOrEqual(network.radius)
    expect(reach).toBeGreaterThan(0.5 * network.radius)
  })

  it('in tiles is the whole', async () => {
    const [width, height] = [64, 44]
    const picture = { channels: 3, width, height, data: formulaImage('radius/tiles', 3, height, width) }
    const tiled = async (side: number) => {
      const plan = planTiles(network, picture, { side, margin: usualMargin(network) })
      const parts: number[] = []
      await passOverTiles(network, picture, {
        plan,
        compile: { threads: 1 },
        onRows: ({ count, data }) => {
          const area = count * width * network.scale
          for (let i = 0; i < area; i++) parts.push(data[i]!, data[area + i]!, data[2 * area + i]!)
        },
      })
      return { parts, count: plan.count }
    }
    const whole = await tiled(512)
    const cut = await tiled(2 * network.radius + 18)
    expect([whole.count, cut.count > 3]).toEqual([1, true])
    const largest = whole.parts.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    const difference = whole.parts.reduce((most, v, i) => Math.max(most, Math.abs(v - cut.parts[i]!)), 0)
    expect(difference / largest).toBeLessThan(1e-5)
  })
})

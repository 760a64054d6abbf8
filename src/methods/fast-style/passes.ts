/** A picture through the network at any strength, compiled once. */
import { openWhole } from '../../forward/whole.ts'
import { type Bitmap, fromPlanar, toPlanar } from '../../images/bitmap.ts'
import type { Setting } from './setting.ts'
import { mixedVector, predicted } from './vectors.ts'

/** A content of one size before a compiled network. */
export interface Passes {
  readonly flops: number
  /** Spent on compiling. */
  readonly milliseconds: number
  /** @param vector of the style; undefined for a network of one */
  at(strength: number, vector: Float32Array | undefined): Promise<Bitmap>
  dispose(): Promise<void>
}

export async function openPasses(setting: Setting, content: Bitmap): Promise<Passes> {
  const { config, networks, compute } = setting
  const { width, height } = content
  const byVector = networks.predictor !== undefined && config.strengthBy !== 'pixels'
  const own = byVector ? await predicted(setting, content) : undefined
  const pass = await openWhole(networks.network, { width, height }, compute.options)
  const pixels = toPlanar(content, '01')
  const painted = async (vector: Float32Array | undefined): Promise<Bitmap> => {
    const data = await pass.run(pixels, vector ? { style: vector } : {})
    return fromPlanar(data, { channels: 3, width, height }, '01', 'round')
  }
  return {
    flops: pass.flops,
    milliseconds: pass.milliseconds,
    async at(strength, vector) {
      if (own && vector) return painted(strength === 1 ? vector : mixedVector([own, vector], [1 - strength, strength]))
      if (strength === 0) return content
      const full = await painted(vector)
      return strength === 1 ? full : mixedPixels(content, full, strength)
    },
    dispose: () => pass.dispose(),
  }
}

/** (1 − strength)·a + strength·b. */
function mixedPixels(a: Bitmap, b: Bitmap, strength: number): Bitmap {
  return { ...b, data: b.data.map((v, i) => Math.round(a.data[i]! + strength * (v - a.data[i]!))) }
}

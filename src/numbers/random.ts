// Random numbers that depend on nothing but the seed, a name and a counter: whatever is drawn for step 100 is the same
// whether the run got there in one go or was resumed at step 99. The generator is xoshiro128** (Blackman and Vigna 2018),
// seeded through splitmix32; our own, because a seed has to mean the same numbers for as long as runs are kept.

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform in 0 … count − 1. */
  integer(count: number): number
  /** Standard normal numbers (Box and Muller 1958). */
  normal(count: number): Float32Array
  /** `count` different integers of 0 … total − 1, in random order. */
  subset(total: number, count: number): number[]
}

function hash(text: string): number {
  let h = 0x811c9dc5
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193)
  return h >>> 0
}

/** The stream of draws for `name` at `counter`. */
export function randomStream(seed: number, name: string, counter = 0): Random {
  let mix = hash(`${seed}/${name}/${counter}`)
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  const s = Uint32Array.from([splitmix() ^ seed, splitmix(), splitmix(), splitmix() | 1])
  const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0
    const t = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= t
    s[3] = rotate(s[3]!, 11)
    return result
  }
  const uniform = (): number => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
  const integer = (count: number): number => Math.floor(uniform() * count)
  return {
    uniform,
    integer,
    normal: (count) => {
      const out = new Float32Array(count)
      for (let i = 0; i < count; i += 2) {
        const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
        const angle = 2 * Math.PI * uniform()
        out[i] = radius * Math.cos(angle)
        if (i + 1 < count) out[i + 1] = radius * Math.sin(angle)
      }
      return out
    },
    subset: (total, count) => {
      const order = Array.from({ length: total }, (_, i) => i)
      for (let i = 0; i < count; i++) {
        const j = i + integer(total - i)
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      return order.slice(0, count)
    },
  }
}

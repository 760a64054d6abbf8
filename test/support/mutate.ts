// A byte mutator for fuzzing, seeded: the same seed gives the same inputs on every machine.

/** Mulberry32: small, fast, and good enough to pick bytes with. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = Math.imul(state ^ (state >>> 15), state | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Values at which sizes and counts go wrong. */
const edges = [
  0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]

/** A changed copy: one to eight random edits of a file, pieces of another among them. */
export function mutate(source: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  let out: Uint8Array = Uint8Array.from(source)
  const edits = 1 + Math.floor(random() ** 3 * 8)
  for (let i = 0; i < edits; i++) out = edit(out, other, random)
  return out
}

function edit(bytes: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number) => Math.floor(random() * n)
  const at = below(bytes.length + 1)
  // Mostly short pieces; now and then a long one.
  const length = (of: number) => Math.min(of, 1 + below(random() < 0.9 ? 16 : 4096))
  // Half the edits keep the length: they reach deeper than those that shift everything behind them.
  switch (below(random() < 0.5 ? 3 : 9)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
      return bytes
    case 1:
      if (at < bytes.length) bytes[at] = below(256)
      return bytes
    case 2: {
      // A little-endian number of 1, 2, 4 or 8 bytes becomes an edge.
      const width = 2 ** below(4)
      let value = edges[below(edges.length)] ?? 0
      for (let i = at; i < Math.min(bytes.length, at + width); i++, value = Math.floor(value / 256))
        bytes[i] = value & 255
      return bytes
    }
    case 3:
      return bytes.slice(0, at)
    case 4:
      return splice(bytes, at, length(bytes.length - at), new Uint8Array())
    case 5: {
      const from = below(bytes.length)
      return splice(bytes, at, 0, bytes.slice(from, from + length(bytes.length - from)))
    }
    case 6: {
      const from = below(other.length)
      return splice(bytes, at, 0, other.slice(from, from + length(other.length - from)))
    }
    case 7: {
      const from = below(other.length)
      const piece = other.slice(from, from + length(other.length - from))
      return splice(bytes, at, piece.length, piece)
    }
    default: {
      const count = length(64)
      return splice(
        bytes,
        at,
        0,
        Uint8Array.from({ length: count }, () => below(256)),
      )
    }
  }
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const after = Math.min(bytes.length, at + remove)
  const out = new Uint8Array(at + insert.length + bytes.length - after)
  out.set(bytes.subarray(0, at))
  out.set(insert, at)
  out.set(bytes.subarray(after), at + insert.length)
  return out
}

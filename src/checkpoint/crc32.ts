/** The checksum of zip archives (CRC-32, IEEE 802.3), four bytes at a time; Node has its own only from 20.15 on. */
const tables = Array.from({ length: 4 }, () => new Uint32Array(256))
for (let i = 0; i < 256; i++) {
  let c = i
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  tables[0]![i] = c
}
for (let i = 0; i < 256; i++)
  for (let t = 1; t < 4; t++) {
    const c = tables[t - 1]![i]!
    tables[t]![i] = (c >>> 8) ^ tables[0]![c & 255]!
  }
const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]

/** Continues from an earlier checksum, 0 at the start. */
export function crc32(bytes: Uint8Array, from = 0): number {
  let c = ~from
  let i = 0
  for (; i + 4 <= bytes.length; i += 4) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    c = t3[c & 255]! ^ t2[(c >>> 8) & 255]! ^ t1[(c >>> 16) & 255]! ^ t0[c >>> 24]!
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ t0[(c ^ bytes[i]!) & 255]!
  return ~c >>> 0
}

/** The framing of TensorBoard's event files (TFRecord): length, masked CRC-32C of the length, bytes, masked CRC-32C of the bytes. */

/** Castagnoli's polynomial, reflected; zlib's CRC-32 has another. */
const POLYNOMIAL = 0x82f63b78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value >>> 0
})

/** CRC-32C (RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

/** A checksum of bytes that hold checksums themselves must be another number. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** Bytes as a record of the file. */
export function recordOf(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(bytes.length), 0)
  head.writeUInt32LE(masked(crc32c(head.subarray(0, 8))), 8)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(masked(crc32c(bytes)), 0)
  return Buffer.concat([head, bytes, foot])
}

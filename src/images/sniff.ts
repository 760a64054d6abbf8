// Formats that people have and that can't be decoded here: named, with what to do, before a decoder says "bad seek" of an intact file.

/** Brands of HEIC files: HEVC, which sharp's prebuilt libheif lacks for its patents (AVIF is read). */
const HEVC = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'])

const SIGNATURES: readonly (readonly [at: number, bytes: string, name: string])[] = [
  [0, 'BM', 'a BMP picture'],
  [0, '8BPS', 'a Photoshop file'],
  [0, '%PDF', 'a PDF file'],
  [0, '\x00\x00\x01\x00', 'an icon file'],
  [0, '\xff\x0a', 'a JPEG XL picture'],
  [4, 'JXL \r\n', 'a JPEG XL picture'],
  [4, 'jP  \r\n', 'a JPEG 2000 picture'],
  [0, '\xff\x4f\xff\x51', 'a JPEG 2000 picture'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, '\x1f\x8b', 'a gzip file'],
  [0, 'v/1\x01', 'an OpenEXR picture'],
  [0, '#?RADIANCE', 'a Radiance picture'],
  [0, 'FUJIFILM', 'a raw photograph'],
  [8, 'CR\x02', 'a raw photograph'],
  [4, 'ftypcrx ', 'a raw photograph'],
]

/** One clause of an error, for a file of a format that is known and not read; undefined for all others. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  if (text.slice(4, 8) === 'ftyp') {
    const size = Math.min(Buffer.from(bytes.subarray(0, 4)).readUInt32BE(0), 64)
    const brands = [text.slice(8, 12), ...(text.slice(16, size).match(/.{4}/gs) ?? [])]
    if (brands.includes('avif') || brands.includes('avis')) return undefined
    if (brands.some((brand) => HEVC.has(brand))) {
      return "a HEIC photograph, which can't be read because its HEVC code isn't built in; convert it to JPEG"
    }
    if (/^(?:isom|mp4|qt|M4V|iso)/u.test(brands[0] ?? '')) return 'expected a picture, found a film; take a still of it'
  }
  const found = SIGNATURES.find(([at, start]) => text.startsWith(start, at))
  return found && `expected a photograph's format, found ${found[2]}; convert it to PNG or JPEG`
}

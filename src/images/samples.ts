// Pictures with everything a file can hold: 8 or 16 bits, an alpha plane. Methods that work on more than faces take and give these.
import type { Bitmap } from './bitmap.ts'

/** sRGB or gray samples, row by row, channels interleaved; a Bitmap is one of 8 bits without alpha. */
export interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** height × width × channels values of 0…255 (Uint8Array) or 0…65535 (Uint16Array). */
  readonly data: Uint8Array | Uint16Array
  /** height × width values of the same depth, 0 transparent; not premultiplied. */
  readonly alpha?: Uint8Array | Uint16Array
}

/** What a file says beside its pixels, as far as it makes sense for another picture. */
export interface PictureMetadata {
  /** Pixels per inch. */
  readonly density?: number
  /** An EXIF block, as sharp's metadata() gives it ("Exif\0\0", then a TIFF). */
  readonly exif?: Uint8Array
}

/** Whether a picture has 16 bits a sample. */
export function isDeepPicture({ data }: Samples | Bitmap): boolean {
  return data instanceof Uint16Array
}

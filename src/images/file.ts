// The bytes of a picture file, and what is none.
import { readFile, stat } from 'node:fs/promises'
import { reasonOf } from '../text/visible.ts'
import { PictureError } from './error.ts'

/** Largest file that is opened: an uncompressed 16-bit scan of 160 million pixels fits. */
const MAX_BYTES = 1_000_000_000

/** The name under which standard input is read. */
export const STANDARD_INPUT = '-'

/** @throws PictureError, one line, for what is no file */
export async function readBytes(path: string): Promise<Buffer> {
  if (path === STANDARD_INPUT) return readStandardInput()
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new PictureError(`${path}: no such file; expected a picture (JPEG, PNG, WebP, TIFF, …)`)
    }
    throw new PictureError(`${path}: can't be read (${error.code ?? reasonOf(error)}); check its permissions`)
  })
  // A pipe could keep a reader waiting for ever, and can't be read again when a run is continued.
  if (entry.isFIFO() || entry.isSocket()) {
    throw new PictureError(`${path}: expected a picture file, found a pipe; save what it gives to a file first`)
  }
  if (entry.isDirectory()) throw new PictureError(`${path}: expected a picture file, found a folder; name a file in it`)
  if (!entry.isFile()) throw new PictureError(`${path}: expected a picture file, found a device; name a file`)
  if (entry.size > MAX_BYTES) throw new PictureError(`${path}: ${entry.size} bytes are too many for a picture`)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(`${path}: can't be read (${error.code ?? reasonOf(error)}); check its permissions`)
  })
  if (bytes.length === 0) throw new PictureError(`${path}: the file is empty; expected a picture`)
  return bytes
}

async function readStandardInput(): Promise<Buffer> {
  if (process.stdin.isTTY) {
    throw new PictureError('-: expected a picture on standard input, found a terminal; name a file, or use a pipe')
  }
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length > MAX_BYTES) throw new PictureError(`-: more than ${MAX_BYTES} bytes are too many for a picture`)
  }
  if (length === 0) throw new PictureError('-: standard input is empty; expected a picture')
  return Buffer.concat(pieces)
}

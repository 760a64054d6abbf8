/** SHA-256 of files: what a manifest identifies inputs and weights by. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { atPath } from './errors.ts'

/** Hex SHA-256 of a file, read in pieces: weights may be a gigabyte. */
export function sha256File(path: string): string {
  return atPath(
    path,
    () => {
      const hash = createHash('sha256')
      const piece = Buffer.allocUnsafe(1 << 20)
      const file = openSync(path, 'r')
      try {
        for (let n = readSync(file, piece); n > 0; n = readSync(file, piece)) hash.update(piece.subarray(0, n))
      } finally {
        closeSync(file)
      }
      return hash.digest('hex')
    },
    'read',
  )
}

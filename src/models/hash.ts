/** SHA-256 of a file, and the digest that identifies a network's shape whatever its precision. */
import { createHash } from 'node:crypto'
import { fileSource } from '../checkpoint/bytes.ts'

const chunkBytes = 4 << 20

export function hashFile(path: string): { sha256: string; bytes: number } {
  const source = fileSource(path)
  try {
    const hash = createHash('sha256')
    const chunk = new Uint8Array(Math.min(chunkBytes, source.size))
    for (let done = 0; done < source.size; done += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, source.size - done))
      source.readInto(done, part)
      hash.update(part)
    }
    return { sha256: hash.digest('hex'), bytes: source.size }
  } finally {
    source.close()
  }
}

/** SHA-256 over the sorted lines "name [shape]". */
export function shapesDigest(shapes: Iterable<readonly [string, readonly number[]]>): string {
  const lines = [...shapes].map(([name, shape]) => `${name} [${shape.join(', ')}]\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}

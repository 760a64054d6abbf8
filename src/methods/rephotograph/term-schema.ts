// Keys that the schemas of several terms share, so that they read alike in errors and in docs/config.md.
import { z } from 'zod'
import { nonNegative } from '../../config/schema-numbers.ts'

/** The key that every term has. */
export function weight(what: string) {
  return nonNegative(1e15).describe(`Weight of ${what}; 0 leaves it out.`)
}

/** Names of the layers behind each ReLU; VGG19 has one more in its deep blocks. */
export function layers(network: 'VGG16' | 'VGG19' | 'VGG-Face') {
  const name = network === 'VGG19' ? /^relu(?:[12]_[12]|[345]_[1-4])$/ : /^relu(?:[12]_[12]|[345]_[1-3])$/
  return z.array(z.string().regex(name)).min(1).max(16).describe(`Layers of the pack's ${network} that are compared.`)
}

export const sibling = z.enum(['fresh', 'first'])

/** A window or comparison of 256 px; smaller generators keep at least one halving, so that grain is not fitted. */
export function comparisonSide(size: number): number {
  return Math.min(256, size / 2)
}

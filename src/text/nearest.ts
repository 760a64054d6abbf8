/** The nearest of some words, for messages. */
import { distance } from 'fastest-levenshtein'

const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** How many letters tell two words apart; small and capital letters and punctuation do not count. */
export function farness(a: string, b: string): number {
  return distance(plain(a), plain(b))
}

/** The word that is spelled most alike; undefined where none is alike enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  // Nobody misspells a word of this length; and comparing it would take long.
  if (word.length > 100) return undefined
  const [best] = words.toSorted((a, b) => farness(a, word) - farness(b, word))
  const limit = Math.min(Math.max(2, Math.floor(word.length / 3)), Math.max(1, (best?.length ?? 0) - 1))
  return best !== undefined && farness(best, word) <= limit ? best : undefined
}

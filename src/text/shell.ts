/** Text that becomes part of a shell command: in a script, or in a line that is there to be copied. */
import { oneLine } from './visible.ts'

/**
 * A word that a shell takes as it is. Where it cannot be shown (line breaks, control and bidirectional characters), it is written
 * in the $'…' of bash, ksh and zsh, by bytes, so that it stays one line that holds no secret and means the same in every locale.
 *
 * @throws RangeError for text with a NUL or a lone surrogate, which no argument can hold
 */
export function shellWord(text: string): string {
  if (/[\0\p{Cs}]/u.test(text)) throw new RangeError('a shell word holds neither NUL nor half a character')
  // A tilde, a comment or an option's dash only means something at the beginning; none of them is in this list there.
  if (/^[\w./][\w./:=@%+,-]*$/u.test(text)) return text
  if (oneLine(text) === text) return `'${text.replaceAll("'", "'\\''")}'`
  return `$'${[...text].map(ansiC).join('')}'`
}

/** A command line of several words. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

function ansiC(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`
  if (oneLine(character) === character) return character
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}

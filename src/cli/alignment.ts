/** Options for finding and choosing the face. */
import type { Argv } from 'yargs'

/** Which face, and where it is. */
export interface AlignOptions {
  face?: number | undefined
  landmarks?: string | undefined
}

/** Adds them to a command. */
export function withAlignment<T>(yargs: Argv<T>): Argv<T & AlignOptions> {
  return yargs
    .option('face', { type: 'number', describe: 'Which of several faces, counted from the left, from 1' })
    .option('landmarks', { type: 'string', describe: 'File with the 68 points of the face instead of finding them' })
}

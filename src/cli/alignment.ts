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

/** Whether the face has to be found at all. */
export interface AlignModeOptions {
  align?: string | undefined
}

/** For commands that also take a picture as it is. */
export function withAlignMode<T>(yargs: Argv<T>): Argv<T & AlignModeOptions> {
  return yargs.option('align', {
    type: 'string',
    choices: ['auto', 'none'],
    describe: '"none" for a picture that is already an aligned square',
  })
}

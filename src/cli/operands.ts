/**
 * What stands on a command line besides options, brought into the form that yargs reads: it gives commands nothing of what stands
 * behind `--`, and loses a `-`.
 */

/** The standard input as a path, where the system has one. */
const STANDARD_INPUT = '/dev/stdin'

/**
 * Behind `--` nothing is an option; names there that begin with a dash are of files, and get their folder in front. A `-` alone is
 * the standard input.
 */
export function plainOperands(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  const before = end < 0 ? args : args.slice(0, end)
  const behind = end < 0 ? [] : args.slice(end + 1)
  return [
    ...before.map((word, index) => (word === '-' && !takesNext(before[index - 1]) ? STANDARD_INPUT : word)),
    ...behind.map((word) => (word === '-' ? STANDARD_INPUT : word.startsWith('-') ? `./${word}` : word)),
  ]
}

/** Whether a word is an option whose value may be the next word. */
function takesNext(word: string | undefined): boolean {
  return word?.startsWith('--') === true && !word.includes('=') && word !== '--json'
}

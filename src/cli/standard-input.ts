/** Standard input as the name of a picture. */

/** Whether a positional argument is standard input: "-", for which operands.ts puts the system's own name, or that name. */
export function isStandardInput(given: string): boolean {
  return given === '-' || given === '/dev/stdin'
}

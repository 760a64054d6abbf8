/** The batch script of a sweep's runs: a Slurm job array with a task for each run. */

/** What the script is made for. */
export interface ArrayScript {
  /** Name of the sweep. */
  readonly name: string
  readonly folder: string
  /** Threads of each run. */
  readonly threads: number
  /** The program: Node and the script that it starts. */
  readonly command: readonly string[]
}

/**
 * The script. Its argument is a file with the names of the runs, one a line; task n makes the run of line n + 1. Options
 * given to sbatch win over those in here.
 */
export function arrayScript({ name, folder, threads, command }: ArrayScript): string {
  return `#!/bin/bash
#SBATCH --job-name=${directive(`rephoto-${name}`)}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${threads}
#SBATCH --output=${directive(`${folder}/logs/slurm-%A_%a.log`)}
# Made by rephoto sweep --launcher slurm. Usage: sbatch --array=0-<lines - 1> array.sh <file with the names of runs>
set -eu
name=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$1")
exec ${[...command, 'sweep-run', folder].map(quoted).join(' ')} "$name"
`
}

/** A value in an #SBATCH line: sbatch reads double quotes there. */
function directive(value: string): string {
  return /[\s"'\\#]/u.test(value) ? `"${value.replaceAll(/["\\]/gu, '\\$&')}"` : value
}

/** A word that the shell takes as it is. */
export function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

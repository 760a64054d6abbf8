/** The batch script of a sweep's runs: a Slurm job array with a task for each run. */
import { shellCommand } from '../text/shell.ts'
import { oneLine } from '../text/visible.ts'

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
${directive('job-name', jobName(name))}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${threads}
${directive('output', outputPattern(folder))}
# Made by rephoto sweep --launcher slurm. Usage: sbatch --array=0-<lines - 1> array.sh <file with the names of runs>
set -eu
name=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$1")
exec ${shellCommand(...command, 'sweep-run', folder)} "$name"
`
}

/** The name of a job: what cannot be shown is written out. */
export function jobName(sweep: string): string {
  return oneLine(`rephoto-${sweep}`)
}

/** Where the tasks' output goes, as sbatch wants it: %A is the job, %a the task, %% a percent sign. */
export function outputPattern(folder: string): string {
  return `${folder.replaceAll('%', '%%')}/logs/slurm-%A_%a.log`
}

/**
 * An #SBATCH line. sbatch reads double quotes and backslashes there, but has no way to write a line break: a value with one (or
 * with anything that cannot be shown) is left to the command line of sbatch.
 */
function directive(option: string, value: string): string {
  if (oneLine(value) !== value) return `# --${option}: given to sbatch, for it cannot be written here`
  return `#SBATCH --${option}=${/[\s"'\\#]/u.test(value) ? `"${value.replaceAll(/["\\]/gu, '\\$&')}"` : value}`
}

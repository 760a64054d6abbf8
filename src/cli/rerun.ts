/** `rephoto rerun`: makes a run once more and says whether the same came of it. */
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { print, say, shownPath } from './print.ts'

interface RerunOptions {
  run: string
  input?: string | undefined
  out?: string | undefined
}

/** The command. */
export const rerunCommand: CommandModule<object, RerunOptions> = {
  command: 'rerun <run>',
  describe: 'Make a complete run once more (same config, files and weights, by hash) and compare byte by byte',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' })
      .option('input', { type: 'string', describe: 'Where its picture lies now; default: where it lay' })
      .option('out', { type: 'string', describe: 'Folder of the new run; default: reports/<name of the run>-again' })
      .epilogue('Exit code 0: every file is the same; 1: some differ, or the run cannot be made as it was.'),
  handler: async ({ run, input, out }) => {
    const { basename, resolve } = await import('node:path')
    const { compareRepeat, repeatOf } = await import('../methods/repeat.ts')
    const { config, remarks } = await repeatOf(run, input)
    say('config, files and weights are those of the run')
    for (const remark of remarks) say(`${remark}; last digits may differ`)
    const { createRunFolder } = await import('../run/folder.ts')
    const folder = out ?? createRunFolder(undefined, `${basename(resolve(run))}-again`).folder
    const { carryOut } = await import('./carry-out.ts')
    const { folder: made } = await carryOut({ kind: 'run', config, out: folder })
    const files = compareRepeat(run, made)
    for (const { name, same, words } of files)
      print(`${same ? 'same   ' : 'DIFFERS'} ${name}${words ? `: ${words}` : ''}`)
    const differing = files.filter(({ same }) => !same).length
    if (differing === 0) return say(`all ${files.length} files are the same, byte for byte`)
    say(
      `${differing} of ${files.length} files differ; compare the two runs with: rephoto compare ${shownPath(run)} ${shownPath(join(made))}`,
    )
    process.exitCode = 1
  },
}

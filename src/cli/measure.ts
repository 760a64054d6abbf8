/** `rephoto measure`: metrics of finished runs anew. */
import type { CommandModule } from 'yargs'
import { print, say } from './print.ts'

interface Options {
  folders: string[]
  judges?: string | undefined
}

/** The command. */
export const measureCommand: CommandModule<object, Options> = {
  command: 'measure <folders..>',
  describe: 'Measure finished runs anew, also by networks that their pack does not have',
  builder: (yargs) =>
    yargs
      .positional('folders', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Runs, or folders with runs somewhere below',
      })
      .option('judges', {
        type: 'string',
        requiresArg: true,
        describe: 'A pack whose networks judge as well: ArcFace, LPIPS with its VGG16 (rephoto models import)',
      })
      .example('$0 measure reports/films --judges judges', 'old runs by a new judge'),
  handler: async ({ folders, judges }) => {
    const [{ findRuns }, { measureAgain }, { reasonOf }, { methods }] = await Promise.all([
      import('../runs/find.ts'),
      import('../methods/measure-again.ts'),
      import('../text/visible.ts'),
      import('../methods/methods.ts'),
    ])
    const { runs, problems } = findRuns(folders)
    for (const problem of problems) say(`warning: ${problem}`)
    let failed = problems.length
    for (const { folder, manifest } of runs) {
      try {
        const metrics = await measureAgain(folder, { judges, warn: (message) => say(`warning: ${message}`) })
        print(`${folder}: ${methods.ofRun(manifest, folder).summary(metrics) ?? 'measured'}`)
      } catch (error) {
        failed++
        say(`warning: ${reasonOf(error)}`)
      }
    }
    say(`${runs.length + problems.length - failed} measured, ${failed} not`)
    if (failed > 0) process.exitCode = 1
  },
}

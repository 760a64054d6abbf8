/**
 * The command line. Commands are described here and in one file each; what they do is imported only when they run, so
 * that --help and mistakes answer at once.
 */
import { readFileSync } from 'node:fs'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { alignCommand } from './align.ts'
import { compareCommand } from './compare.ts'
import { doctorCommand } from './doctor.ts'
import { encodeCommand } from './encode.ts'
import { exportCommand } from './export.ts'
import { reportFailure, UsageError } from './failure.ts'
import { guessCommand } from './guess.ts'
import { modelsCommand } from './models.ts'
import { reportCommand } from './report.ts'
import { resumeCommand } from './resume.ts'
import { runCommand } from './run.ts'
import { sweepCommand } from './sweep.ts'
import { sweepRunCommand } from './sweep-run.ts'
import { synthCommand } from './synth.ts'

// In yargs' plural forms, which its types do not know.
const one = (text: string) => ({ one: text, other: text })
const WORDS = {
  'Did you mean %s?': 'unknown command or option; did you mean %s?',
  'Unknown argument: %s': one('unknown option or command: %s'),
  'Unknown command: %s': one('unknown command: %s'),
  'Not enough non-option arguments: got %s, need at least %s': one(
    'expected something to work on, found %s of at least %s; --help shows the usage',
  ),
  'Missing required argument: %s': one('expected --%s, found none; --help shows the usage'),
}

// A reader that went away (`rephoto … | head`) is no reason for a trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await main(hideBin(process.argv))

async function main(args: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const parser = yargs([...args])
    .scriptName('rephoto')
    .usage('$0 <command>\n\nAn antique portrait as a modern camera would have seen the sitter.')
    .command(runCommand)
    .command(resumeCommand)
    .command(alignCommand)
    .command(encodeCommand)
    .command(reportCommand)
    .command(compareCommand)
    .command(exportCommand)
    .command(sweepCommand)
    .command(sweepRunCommand)
    .command(synthCommand)
    .command(guessCommand)
    .command(modelsCommand)
    .command(doctorCommand)
    .demandCommand(1, 'expected a command; rephoto --help lists them')
    .strict()
    .updateStrings(WORDS as unknown as Record<string, string>)
    .recommendCommands()
    .version(version)
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(110, process.stdout.columns ?? 80))
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new UsageError(message ?? 'wrong usage')
    })
  try {
    await parser.parseAsync()
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    return reportFailure(error)
  }
}

/**
 * The command line. Commands are described here and in one file each; what they do is imported only when they run, so
 * that --help and mistakes answer at once.
 */
import { readFileSync } from 'node:fs'
import yargs, { type Argv, type CommandModule } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { cut, reasonOf } from '../text/visible.ts'
import { checkOptions } from './check-options.ts'
import * as commands from './commands.ts'
import { valuesFor } from './complete-values.ts'
import { ASKS } from './completion.ts'
import { reportFailure, UsageError } from './failure.ts'
import { plainOperands } from './operands.ts'
import { watchOutput } from './output.ts'
import { print } from './print.ts'

// In yargs' plural forms, which its types do not know.
const one = (text: string) => ({ one: text, other: text })
const WORDS = {
  'Did you mean %s?': 'unknown command or option; did you mean %s?',
  'Unknown argument: %s': one('unknown command, or one thing too many: %s; --help shows the usage'),
  'Not enough arguments following: %s': '--%s: expected a value, found none; --help shows what it is for',
  'Unknown command: %s': one('unknown command: %s'),
  'Not enough non-option arguments: got %s, need at least %s': one(
    'expected something to work on, found %s of at least %s; --help shows the usage',
  ),
  'Missing required argument: %s': one('expected --%s, found none; --help shows the usage'),
}

watchOutput()
// Outside of a command's own promise: a thread's or a stream's error.
process.on('uncaughtException', (error) => process.exit(reportFailure(error)))

process.exitCode = await main(plainOperands(hideBin(process.argv)))

async function main(args: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  try {
    if (args[0] === ASKS) return await complete(args, version)
    await commandLine(args, version).parseAsync()
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    return reportFailure(error)
  }
}

/** Answers a shell. What stands on its line is half written: mistakes in it are none. */
async function complete(args: readonly string[], version: string): Promise<number> {
  const values = await valuesFor(args.slice(1))
  if (values) for (const value of values) print(value)
  else await commandLine(args, version).parseAsync()
  return 0
}

/** A file whose name begins with a dash looks like an option. */
function dashAdvice(args: readonly string[]): string {
  const word = args.find((text) => /^-[^-hv\d]./u.test(text))
  return word === undefined ? '' : `; if ${cut(word, 80)} is a file, put -- in front of it`
}

/** What people begin with first, the rest by name. */
function commandsInOrder(): CommandModule[] {
  const first = ['runCommand', 'stylizeCommand', 'upscaleCommand', 'restoreCommand', 'paintCommand', 'resumeCommand']
  return Object.entries(commands)
    .map(([name, command]) => ({ command: command as unknown as CommandModule, place: first.indexOf(name) }))
    .sort((a, b) => (a.place === -1 ? first.length : a.place) - (b.place === -1 ? first.length : b.place))
    .map(({ command }) => command)
}

function commandLine(args: readonly string[], version: string) {
  return (
    yargs([...args])
      .scriptName('rephoto')
      .usage(
        '$0 <command>\n\nPictures of the past: portraits as a modern camera would have seen the sitter, photographs restored and enlarged, pictures painted as others are.',
      )
      .command(commandsInOrder())
      .demandCommand(1, 'expected a command; rephoto --help lists them')
      .strict()
      .parserConfiguration({ 'dot-notation': false, 'short-option-groups': false, 'camel-case-expansion': false })
      // Its types do not know of the second argument.
      .middleware(
        ((argv: Record<string, unknown>, parser: Argv) => {
          if (args[0] !== ASKS) checkOptions(args, argv, parser)
        }) as () => void,
        true,
      )
      .updateStrings(WORDS as unknown as Record<string, string>)
      .recommendCommands()
      .version(version)
      .alias({ h: 'help', v: 'version' })
      .wrap(Math.min(110, process.stdout.columns ?? 80))
      .exitProcess(false)
      .fail((message: string | null, error: Error | undefined) => {
        throw error ?? new UsageError(`${reasonOf(message ?? 'wrong usage')}${dashAdvice(args)}`)
      })
  )
}

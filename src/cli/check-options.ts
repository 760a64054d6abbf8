/**
 * Options as they came, before a command sees them: each has a value of its kind, once, and a choice is one of the choices. yargs
 * lets a number without digits pass as NaN and an option without a value as an empty text.
 */
import type { Argv } from 'yargs'
import { nearest } from '../text/nearest.ts'
import { cut, quote } from '../text/visible.ts'
import { UsageError } from './failure.ts'

/** What yargs knows of the options of a command; there since its first version, but not in its types. */
interface KnownOptions {
  readonly key: Readonly<Record<string, boolean>>
  readonly alias: Readonly<Record<string, readonly string[]>>
  readonly number: readonly string[]
  readonly string: readonly string[]
  readonly array: readonly string[]
  readonly boolean: readonly string[]
  readonly choices: Readonly<Record<string, readonly string[]>>
}

/** What other programs, or photographers, call a choice. */
const ALSO_CALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sensitivity: {
    'blue-sensitive': 'b',
    blue: 'b',
    collodion: 'b',
    orthochromatic: 'gb',
    ortho: 'gb',
    panchromatic: 'g',
    pan: 'g',
  },
  as: { 'blue-sensitive': 'b', blue: 'b', orthochromatic: 'gb', ortho: 'gb', panchromatic: 'g' },
  device: { gpu: 'auto', 'cuda:0': 'cuda', nvidia: 'cuda', vulkan: 'webgpu', metal: 'webgpu', mps: 'webgpu' },
  engine: { onnx: 'onnxruntime', ort: 'onnxruntime', tensorflow: 'tfjs', tf: 'tfjs' },
  paste: { none: 'off', no: 'off', false: 'off', colour: 'color', tint: 'color', on: 'face' },
  align: { off: 'none', no: 'none', false: 'none', on: 'auto', yes: 'auto', true: 'auto' },
}

/**
 * Throws a UsageError for the first option that cannot be meant.
 *
 * @param args the words of the command line, which messages repeat
 */
export function checkOptions(args: readonly string[], argv: Readonly<Record<string, unknown>>, yargs: Argv): void {
  const options = (yargs as unknown as { getOptions: () => KnownOptions }).getOptions()
  for (const word of args) {
    const denied = /^--no-([\w-]+)/u.exec(word)?.[1]
    if (denied !== undefined && denied in options.key && !options.boolean.includes(denied))
      throw new UsageError(`unknown option ${cut(word, 80)}; leave --${denied} out`)
  }
  for (const [name, value] of Object.entries(argv)) {
    if (name === '_' || name === '$0') continue
    const isOption = args.some((word) => word.replace(/^--?/u, '').split('=')[0] === name && word.startsWith('-'))
    if (isOption && !(name in options.key) && !isAlias(options, name))
      throw new UsageError(unknownOption(args, name, options))
    checkValue(args, name, value, options)
  }
}

function checkValue(args: readonly string[], name: string, value: unknown, options: KnownOptions): void {
  const isList = options.array.includes(name)
  // Operands of a default command come here before yargs knows that they are a list.
  const isWritten = args.some((word) => word === `--${name}` || word.startsWith(`--${name}=`) || word === `-${name}`)
  if (Array.isArray(value) && !isList && isWritten)
    throw new UsageError(`--${name}: expected it once, found it ${value.length} times; leave one`)
  if (options.number.includes(name) && !(typeof value === 'number' && Number.isFinite(value))) {
    const written = writtenValue(args, name)
    throw new UsageError(
      `--${name}: expected a number, found ${written === undefined ? 'nothing' : quote(written)}; --help shows what it is for`,
    )
  }
  if (options.string.includes(name)) checkTexts(args, name, isList && Array.isArray(value) ? value : [value])
  const choices = options.choices[name]
  if (choices !== undefined && typeof value === 'string' && !choices.includes(value)) {
    const meant = ALSO_CALLED[name]?.[value.toLowerCase()] ?? nearest(value, choices)
    const advice = meant === undefined ? '' : `; the nearest is ${meant}`
    throw new UsageError(
      `--${name}: expected one of ${choices.map((choice) => `"${choice}"`).join(', ')}, found ${quote(value)}${advice}`,
    )
  }
}

function checkTexts(args: readonly string[], name: string, texts: readonly unknown[]): void {
  for (const text of texts) {
    if (text === '' && args.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)))
      throw new UsageError(`--${name}: expected a value, found none; --help shows what it is for`)
    if (text === '') throw new UsageError(`${name}: expected a name, found an empty text`)
    if (typeof text === 'string' && text.includes('\0'))
      throw new UsageError(`${name}: expected a text without the character NUL, found ${quote(text)}`)
  }
}

const isAlias = ({ alias }: KnownOptions, name: string) =>
  name in alias || Object.values(alias).some((names) => names.includes(name))

function unknownOption(args: readonly string[], name: string, { key }: KnownOptions): string {
  const shown = cut(name, 80)
  if (args.includes(`-${name}`) && name.length > 1) {
    return `-${shown}: unknown option; a name that begins with a dash goes behind -- (rephoto <command> -- -${shown})`
  }
  const meant = nearest(name, Object.keys(key))
  const advice = meant === undefined ? '--help lists the options' : `did you mean --${meant}?`
  return `unknown option --${shown}; ${advice}`
}

/** The value of an option as it was written. */
function writtenValue(args: readonly string[], name: string): string | undefined {
  for (const [index, word] of args.entries()) {
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3)
    if (word === `--no-${name}`) return word
    // Another option behind it means that it has none.
    if (word === `--${name}`) return /^--?[a-z]/iu.test(args[index + 1] ?? '') ? undefined : args[index + 1]
  }
  return undefined
}

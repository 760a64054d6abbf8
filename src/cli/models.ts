/** `rephoto models …`: import, list, verify, fetch, remove and find the networks of model packs. */
import { createInterface } from 'node:readline/promises'
import type { Argv, CommandModule } from 'yargs'
import type { ImportResult } from '../models/import.ts'
import type { ListedPack } from '../models/list.ts'
import type { Role } from '../networks/roles.ts'
import { oneLine, quote } from '../text/visible.ts'
import { percent, size } from './amounts.ts'
import { UsageError } from './failure.ts'
import { print, printJson } from './print.ts'

const importCommand: CommandModule<object, { files: string[]; pack: string | undefined; as: string | undefined }> = {
  command: 'import <files..>',
  describe: 'Take weight files into a pack: recognised by content, nothing in them is run',
  builder: (yargs: Argv) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: '.pt, .pth, .pkl or .safetensors',
      })
      .option('pack', {
        type: 'string',
        describe: 'Pack to import into; a new name makes a new pack (default: ffhq)',
      })
      .option('as', {
        type: 'string',
        describe:
          'Role of a network that could have several; b, gb or g for a colour encoder whose name does not say it',
      }),
  handler: async ({ files, pack, as }) => {
    const { importModels } = await import('../models/import.ts')
    if (as !== undefined) await checkWord(as)
    const { createStatus } = await import('./models-print.ts')
    const status = createStatus(process.stderr)
    const options = { ...(pack === undefined ? {} : { pack }), ...(as === undefined ? {} : { as }) }
    const onProgress = (step: string) => status.show(step)
    let result: ImportResult
    try {
      result = importModels(files, { ...options, onProgress })
    } catch (error) {
      status.end()
      // Only this question can be answered at a terminal; the importer says it is the one that is open.
      if (!(error instanceof Error && error.message.includes('add --as')) || process.stdin.isTTY !== true) throw error
      result = importModels(files, { ...options, as: await askRole(error.message), onProgress })
    }
    status.end()
    printImport(result)
  },
}

async function askRole(problem: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = (await terminal.question(`${oneLine(problem)}\nWhich? `)).trim()
    await checkWord(answer)
    return answer
  } finally {
    terminal.close()
  }
}

async function checkWord(word: string): Promise<void> {
  const { isRole, roles, roleWords } = await import('../networks/roles.ts')
  if (!isRole(word) && !roleWords.includes(word))
    throw new UsageError(`--as: expected one of ${[...roleWords, ...roles].join(', ')}, found ${quote(word)}`)
}

function printImport({ pack, folder, files, missing }: ImportResult): void {
  for (const { path, container, bytes, sha256, trust, networks } of files) {
    print(
      `${path}: ${container}, ${size(bytes)}, SHA-256 ${sha256.slice(0, 16)}… ${trust === 'published' ? 'as published' : 'recorded'}`,
    )
    for (const { role, title, tensors, bytes: written, action, notes } of networks) {
      print(
        `  ${role}: ${title}, ${tensors} tensors, ${action === 'written' ? `${size(written)} written` : 'not written'}`,
      )
      for (const note of notes) print(`    ${note}`)
    }
  }
  print(`pack ${pack}: ${folder}`)
  print(missing.length === 0 ? 'The pack is complete.' : `Still missing for a full pack: ${missing.join(', ')}.`)
}

const listCommand: CommandModule<object, { pack: string | undefined; json: boolean }> = {
  command: 'list [pack]',
  describe: 'Packs, their networks, where each came from and under which licence',
  builder: (yargs: Argv) =>
    yargs
      .positional('pack', { type: 'string' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' }),
  handler: async ({ pack, json }) => {
    const { listPacks } = await import('../models/list.ts')
    const packs = pack === undefined ? listPacks() : listPacks([pack])
    if (json) return printJson(packs)
    for (const listed of packs) printPack(listed)
  },
}

function printPack({ name, title, size: side, folder, shipped, networks, missing }: ListedPack): void {
  print(`${name}: ${title}`)
  print(
    `  ${side === undefined ? '' : `${side} px, `}described ${shipped ? 'by rephoto' : 'by the import'} in ${folder}`,
  )
  for (const { role, present, optional, bytes, licence, imported, remarks } of networks) {
    const state = present ? size(bytes ?? 0) : optional ? 'absent (optional)' : 'MISSING'
    print(
      `  ${role.padEnd(16)} ${state}${imported === undefined ? '' : `, from ${imported.from}: ${imported.recognised}`}`,
    )
    print(`  ${' '.repeat(16)} licence: ${licence}`)
    if (remarks.length > 0) print(`  ${' '.repeat(16)} ${remarks.join('; ')}`)
  }
  if (missing.length > 0)
    print(
      `  missing: ${missing.join(', ')}; rephoto models import <file…> --pack ${name}, or rephoto models fetch ${name}`,
    )
}

const verifyCommand: CommandModule<object, { pack: string; run: boolean }> = {
  command: 'verify <pack>',
  describe: 'Recompute the hashes of a pack and run each network once',
  builder: (yargs: Argv) =>
    yargs
      .positional('pack', { type: 'string', demandOption: true })
      .option('run', { type: 'boolean', default: true, describe: 'Run the networks (--no-run: hashes only)' }),
  handler: async ({ pack, run }) => {
    const { verifyPack } = await import('../models/verify.ts')
    const { createStatus } = await import('./models-print.ts')
    const status = createStatus(process.stderr)
    const result = await verifyPack(pack, { run, onStep: (role) => status.show(`verifying ${role}`) })
    status.end()
    for (const { role, ok, problems, hash, output } of result.networks) {
      const ran =
        output === undefined
          ? ''
          : `, output [${output.shape.join(', ')}] mean ${output.mean.toPrecision(4)} std ${output.std.toPrecision(4)}`
      const compared = hash === 'none' ? 'no hash to compare with' : `hash as ${hash}`
      print(ok ? `ok   ${role}: ${compared}${ran}` : `BAD  ${role}: ${problems.join('; ')}`)
    }
    if (result.missing.length > 0) print(`missing: ${result.missing.join(', ')}`)
    if (!result.ok) process.exitCode = 1
  },
}

const fetchCommand: CommandModule<object, { pack: string; keep: boolean }> = {
  command: 'fetch <pack>',
  describe: 'Download the files a pack still needs from the addresses it names, and import them',
  builder: (yargs: Argv) =>
    yargs
      .positional('pack', { type: 'string', demandOption: true })
      .option('keep', { type: 'boolean', default: false, describe: 'Keep the downloaded originals' }),
  handler: async ({ pack, keep }) => {
    const { fetchPack } = await import('../models/fetch.ts')
    const { createStatus } = await import('./models-print.ts')
    const status = createStatus(process.stderr)
    const interrupted = new AbortController()
    const stop = () => interrupted.abort(new Error('stopped; what came is kept, and the next fetch goes on from there'))
    process.once('SIGINT', stop)
    try {
      const result = await fetchPack(pack, {
        keep,
        signal: interrupted.signal,
        onStep: (step) => status.say(step),
        onProgress: ({ name, done, total, bytesPerSecond }) =>
          status.show(
            `${name}  ${size(done)}${total === undefined ? '' : ` of ${size(total)}, ${percent(done, total)}`}  ${size(bytesPerSecond)}/s`,
          ),
      })
      status.end()
      for (const { name, url, bytes, imported, problems } of result.files) {
        print(
          url === undefined
            ? `FAILED  ${name}`
            : `ok      ${name}: ${size(bytes ?? 0)} from ${new URL(url).host}, gave ${imported?.networks.map(({ role }) => role).join(', ')}`,
        )
        for (const problem of problems) print(`        ${problem}`)
      }
      print(
        result.missing.length === 0
          ? `Pack ${result.pack} is complete.`
          : `Still missing: ${result.missing.join(', ')}.`,
      )
      if (result.missing.length > 0) process.exitCode = 1
    } finally {
      status.end()
      process.off('SIGINT', stop)
    }
  },
}

const removeCommand: CommandModule<object, { pack: string; role: string | undefined }> = {
  command: 'remove <pack> [role]',
  describe: 'Delete what was imported into a pack, or one network of it',
  builder: (yargs: Argv) =>
    yargs.positional('pack', { type: 'string', demandOption: true }).positional('role', { type: 'string' }),
  handler: async ({ pack, role }) => {
    const { removeModels } = await import('../models/remove.ts')
    const result = removeModels(pack, role === undefined ? undefined : await asRole(role))
    print(`removed ${result.removed.join(', ') || 'nothing'} from pack ${pack}, ${size(result.bytes)} free`)
    if (result.left.length > 0) print(`left alone, not ours: ${result.left.join(', ')}`)
  },
}

const pathCommand: CommandModule<object, { pack: string; role: string | undefined }> = {
  command: 'path <pack> [role]',
  describe: 'Print the folder of a pack, or the file of one of its networks',
  builder: (yargs: Argv) =>
    yargs.positional('pack', { type: 'string', demandOption: true }).positional('role', { type: 'string' }),
  handler: async ({ pack, role }) => {
    const { packPath } = await import('../models/path.ts')
    print(packPath(pack, role === undefined ? undefined : await asRole(role)))
  },
}

async function asRole(name: string): Promise<Role> {
  const { isRole, roles } = await import('../networks/roles.ts')
  if (isRole(name)) return name
  throw new UsageError(`"${name}" is no network; expected one of ${roles.join(', ')}`)
}

/** The command. */
export const modelsCommand: CommandModule = {
  command: 'models',
  describe: 'Import, list, verify, fetch and remove the networks of model packs',
  builder: (yargs: Argv) =>
    yargs
      .command(importCommand)
      .command(listCommand)
      .command(verifyCommand)
      .command(fetchCommand)
      .command(removeCommand)
      .command(pathCommand)
      .demandCommand(1, 'expected import, list, verify, fetch, remove or path; rephoto models --help explains them'),
  handler: () => {},
}

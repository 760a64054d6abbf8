/** `--live`: a page that shows a run or a sweep while it goes on. */
import { basename, extname } from 'node:path'
import type { Argv } from 'yargs'
import type { Live } from '../live/live.ts'
import type { SweepEvent } from '../sweep/events.ts'
import { print } from './print.ts'

/** What commands with a live page have. */
export interface LiveOption {
  live?: boolean | undefined
}

/** Adds the option. */
export function withLive<T>(yargs: Argv<T>): Argv<T & LiveOption> {
  return yargs.option('live', {
    type: 'boolean',
    default: false,
    describe: 'Serve a page on this machine that shows how it goes, and can pause and stop it',
  }) as Argv<T & LiveOption>
}

/** Says where the page is: its address holds the secret that opens it. */
export function tellLive({ url }: Pick<Live<never>, 'url'>): void {
  print(`live: ${url}`)
}

/** Opens the page of a sweep or a batch; its stop is a Ctrl-C. */
export async function openSweepPage(name: string): Promise<Live<SweepEvent>> {
  const [{ liveSweep }, { readIndex }] = await Promise.all([import('../live/live.ts'), import('../sweep/folder.ts')])
  const page = await liveSweep(basename(name, extname(name)), () => process.emit('SIGINT', 'SIGINT'), readIndex)
  tellLive(page)
  return page
}

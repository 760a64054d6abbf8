/** `--live`: a page that shows a run or a sweep while it goes on. */
import type { Argv } from 'yargs'
import type { Live } from '../live/live.ts'
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

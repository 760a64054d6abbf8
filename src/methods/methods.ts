/** The methods by name. Only the runner, sweeps and the command line know which there are (list.ts). */
import type { Fragment } from '../config/load.ts'
import { RunFolderError } from '../run/errors.ts'
import type { Manifest } from '../run/manifest.ts'
import * as methodList from './list.ts'
import type { Method, Methods } from './method.ts'

const list: readonly Method[] = Object.values(methodList).sort((a, b) => (a.name < b.name ? -1 : 1))

/** Of a config without `method`, and of a run folder of before there were several. */
const STANDARD = 'rephotograph'

/** The list, for readers of run folders. */
export const methods: Methods = {
  list,
  ofRun({ method = STANDARD }: Pick<Manifest, 'method'>, folder: string): Method {
    const found = list.find(({ name }) => name === method)
    if (found) return found
    const names = list.map(({ name }) => JSON.stringify(name)).join(', ')
    throw new RunFolderError(
      `${folder}: expected a run of one of the methods ${names}, found one of ${JSON.stringify(method)}; use a newer rephoto`,
    )
  },
}

/** The method of a config. */
export function methodOf({ method }: Fragment): Method {
  return list.find(({ name }) => name === (method ?? STANDARD)) ?? methodList.rephotograph
}

/** Configs of all methods: loaded, checked and merged by the schema of the method that they name. */
import { configLoader } from '../config/load.ts'
import * as list from './list.ts'

const kinds = new Map(
  Object.values(list)
    .map(({ config }) => [config.method, config] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
)

/** What `src/config` does with configs, for the methods that there are. */
export const { applySettings, checkConfig, configWithin, kindOf, loadConfig, loadLayers, mergeConfigs } = configLoader({
  names: [...kinds.keys()],
  standard: 'rephotograph',
  kindOf: (method) => kinds.get(method)!,
})

/** The kinds of configs that there are, for whatever documents them. */
export const configKinds = [...kinds.values()]

/** Configs of all methods: loaded, checked and merged by the schema of the method that they name. */
import { configLoader } from '../config/load.ts'
import { rephotographConfig } from './rephotograph/config.ts'
import { stylizeConfig } from './stylize/schema.ts'

const kinds = { rephotograph: rephotographConfig, stylize: stylizeConfig }

/** What `src/config` does with configs, for the methods that there are. */
export const { applySettings, checkConfig, configWithin, kindOf, loadConfig, mergeConfigs } = configLoader({
  names: Object.keys(kinds),
  standard: 'rephotograph',
  kindOf: (method) => kinds[method as keyof typeof kinds],
})

/** The kinds of configs that there are, for whatever documents them. */
export const configKinds = Object.values(kinds)

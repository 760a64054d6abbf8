/** Configs: what a run does, as a file. */
export { ConfigError } from './errors.ts'
export {
  applySettings,
  checkConfig,
  configWithin,
  loadConfig,
  mergeConfigs,
  presetNames,
  presetsFolder,
} from './load.ts'
export { referenceConfig, stageDefaults } from './reference.ts'
export {
  type ConfigFile,
  type ConfigFragment,
  configFileSchema,
  type PackSettings,
  packSettingsSchema,
} from './relax.ts'
export { asConfigFile, resolveConfig } from './resolve.ts'
export { type ResolvedConfig, runSchema } from './schema.ts'
export type { Sensitivity } from './schema-degradation.ts'

/** Configs: what a run does, as a file. Of which method, and so with which keys, src/methods/configs.ts knows. */
export { ConfigError } from './errors.ts'
export type { ConfigKind, Relaxed } from './kind.ts'
export type { ConfigLoader, Fragment } from './load.ts'
export { presetNames, presetsFolder } from './presets.ts'

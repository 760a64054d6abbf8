/** The package: everything that the command line does, as functions. */
// First, for threads of a program that imports this in its main one.
import './engine/onnxruntime/no-telemetry.ts'

export { type AlignFileOptions, alignFile } from './align/align-file.ts'
export { type FacesFile, type FacesFileOptions, facesFile } from './align/faces-file.ts'
export { type ChainOptions, resumeChain, runChain } from './chain/chain.ts'
export type { Chain } from './chain/document.ts'
export { readSweep } from './compare/sweep-file.ts'
export type { CompareRequest, ComparisonFiles, Condition, ListedRun } from './compare/types.ts'
export { ConfigError, type Fragment } from './config/index.ts'
export { doctor, type Finding } from './doctor.ts'
export { RephotoError } from './error.ts'
export type { Bitmap } from './images/bitmap.ts'
export { applySettings, loadConfig } from './methods/configs.ts'
export { compareRuns, writeReport } from './methods/readers.ts'
export { guessPicture, type PictureGuess } from './methods/rephotograph/auto.ts'
export type {
  ConfigFile,
  ConfigFragment,
  PackSettings,
  ResolvedConfig,
  Sensitivity,
} from './methods/rephotograph/config.ts'
export { type EncodedFiles, type EncodeOptions, encodeFile } from './methods/rephotograph/encode-file.ts'
export { exportStep } from './methods/rephotograph/export-step.ts'
export { resolveConfig } from './methods/rephotograph/resolve.ts'
export { type RunOptions, type RunResult, resumeRun, run, run as rephotograph } from './methods/runner.ts'
export {
  type FetchResult,
  fetchPack,
  type ImportResult,
  importModels,
  type ListedPack,
  listPacks,
  loadPack,
  type Pack,
  packPath,
  type RemoveResult,
  removeModels,
  type VerifyResult,
  verifyPack,
} from './models/index.ts'
export type { LossRecord, LossTerm, PhaseName, RunEvent, RunObserver, StepEvent } from './run/events.ts'
export { type LossRow, readLosses } from './run/losses.ts'
export { type Manifest, type RunStatus, readManifest } from './run/manifest.ts'
export { loadRecipe, type Recipe } from './synth/recipe.ts'
export { readSet, type SyntheticSet } from './synth/set.ts'
export { type WriteSetOptions, writeSet } from './synth/write-set.ts'

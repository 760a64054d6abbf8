/** The package: everything that the command line does, as functions. */
// First, for threads of a program that imports this in its main one.
import './engine/onnxruntime/no-telemetry.ts'

export { type AlignFileOptions, alignFile } from './align/align-file.ts'
export { compareRuns } from './compare/compare.ts'
export { readSweep } from './compare/sweep-file.ts'
export type { CompareRequest, ComparisonFiles, Condition, ListedRun } from './compare/types.ts'
export {
  applySettings,
  ConfigError,
  type ConfigFile,
  type ConfigFragment,
  loadConfig,
  type PackSettings,
  type ResolvedConfig,
  resolveConfig,
  type Sensitivity,
} from './config/index.ts'
export { doctor, type Finding } from './doctor.ts'
export { type EncodedFiles, type EncodeOptions, encodeFile } from './encode-file.ts'
export { exportStep } from './export-step.ts'
export { guessPicture, type PictureGuess } from './guess/auto.ts'
export type { Bitmap } from './images/bitmap.ts'
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
export { type RephotographOptions, type RunResult, rephotograph, resumeRun } from './rephotograph.ts'
export { writeReport } from './report/write.ts'
export type { LossRecord, LossTerm, PhaseName, RunEvent, RunObserver, StepEvent } from './run/events.ts'
export { type LossRow, readLosses } from './run/losses.ts'
export { type Manifest, type RunStatus, readManifest } from './run/manifest.ts'
export { loadRecipe, type Recipe } from './synth/recipe.ts'
export { readSet, type SyntheticSet } from './synth/set.ts'
export { type WriteSetOptions, writeSet } from './synth/write-set.ts'

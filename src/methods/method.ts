/**
 * What a method is: what a run makes of a picture. Run folders, manifests, events, resuming, reports, sweeps, comparisons and the
 * command line serve any method and name none; what they need to know of one is here, most of it as data. A method is one
 * folder beside this file and one line in methods.ts.
 */
import type { AlignedPortrait } from '../align/align.ts'
import type { ConfigKind } from '../config/kind.ts'
import type { Fragment } from '../config/load.ts'
import type { JsonObject } from '../config/merge.ts'
import type { ProgramCost } from '../engine/cost.ts'
import type { Bitmap, Side } from '../images/bitmap.ts'
import type { MetricDescription } from '../metrics/description.ts'
import type { LoadedPack } from '../models/load.ts'
import type { Role } from '../networks/roles.ts'
import type { ReportContent } from '../report/collect.ts'
import type { Html } from '../report/html.ts'
import type { Manifest } from '../run/manifest.ts'
import type { Metrics } from '../run/metrics.ts'
import type { RunRecord } from '../run/record.ts'

/** A picture that a run leaves, as <name>.png. */
export interface PictureKind {
  readonly name: string
  readonly title: string
  /** What it shows, a sentence without its full stop. */
  readonly words: string
}

/** A config, completed and checked with the pack that it needs; nothing is computed yet. */
export interface Plan {
  /** The complete config. */
  readonly config: JsonObject
  /** The same as a config file that repeats the run. */
  readonly document: JsonObject
  /** Networks of the pack that it looks through, of those that the pack has. */
  readonly roles: readonly Role[]
  /** Keys that are left to the picture ('auto') and settled when the run begins. */
  readonly guessed: readonly string[]
  /** Other files that have a part in the result. */
  readonly sources: readonly string[]
  /** Steps of each stage; a stage may say up to which resolution it optimizes. */
  readonly stages: readonly { readonly steps: number; readonly coarse?: number }[]
  /**
   * What it computes, program by program, by their graphs alone (`programCost`): estimates of time and memory follow from that.
   * @param picture sides of the input, where they are known; a square stands for others
   */
  cost(picture?: Side): readonly PhaseCost[]
  /** Where the cost depends on what the picture shows: looks at it, which takes seconds. */
  look?(picture: Bitmap): Promise<Looked>
  /** Sides of the result of a picture of these; absent where they are the picture's. */
  resultSide?(picture: Side): Side
}

/** What a look at a picture says of a run before it is made. */
export interface Looked {
  readonly cost: readonly PhaseCost[]
  /** What was found, and what else might be done, a line each. */
  readonly notes: readonly string[]
}

/** A program of a run, with the cost of one run of it. */
export interface PhaseCost extends ProgramCost {
  /** For people: "512×384 px", "tiles". */
  readonly name: string
  /** How many times it runs: steps, tiles. */
  readonly runs: number
}

/** How far an optimization, or whatever a method does, came. */
export interface Ended {
  readonly step: number
  /** False when the signal stopped it. */
  readonly finished: boolean
  /** What stopped it short of the signal. */
  readonly failure?: Error
}

/** A run of a method at work. Its parts are called in this order; what they know of each other, they keep. */
export interface Job {
  readonly plan: Plan
  readonly pack: LoadedPack
  readonly threads: number
  /** Where it computes, for the manifest. */
  readonly device: string
  /** Makes of the input what the rest goes on from, and leaves it in the run folder. */
  prepare(record: RunRecord, picture: Bitmap): Promise<void>
  /** Takes up what an earlier attempt has prepared; false when it did not come that far. */
  prepared(record: RunRecord): Promise<boolean>
  /** Does the work, from the saved state where there is one. */
  work(record: RunRecord, signal: AbortSignal | undefined): Promise<Ended>
  /** Writes the pictures and codes of where it came to. */
  write(record: RunRecord, ended: Ended): Promise<void>
  /** Measures a finished run and writes its metrics.json. */
  measure(record: RunRecord): Promise<Metrics>
  /** Frees what it holds. */
  close(): void
}

/** A config whose 'auto' is settled by the picture. */
export interface Settled {
  readonly fragment: Fragment
  /** Facts for the manifest, and in words. */
  readonly guess?: JsonObject
  readonly notes: readonly string[]
}

/** A method: what readers of its runs need to know of it. */
export interface Method {
  readonly name: string
  /** For help and reports: "Rephotograph a portrait". */
  readonly title: string
  readonly config: ConfigKind
  /** The parts of a run in their order, with what the progress line says of each. */
  readonly phases: Readonly<Record<string, string>>
  /** Pictures that a run leaves, in the order of a report. */
  readonly pictures: readonly PictureKind[]
  /** Pictures that a report lays over each other with a slider: what was given, and what came of it. */
  readonly before: string
  readonly after: string
  /** The result enlarged, of runs that have it: goes into the whole photograph, and is taken away as the result is. */
  readonly enlarged?: string
  /** Files that `prepare` leaves and the rest goes on from. */
  readonly preparedFiles: readonly string[]
  /** Works on all bits and the alpha of the input's file: that it is laid on white elsewhere need not be said. */
  readonly keepsAlpha?: true
  /** Has the keys `output.file` and `output.replace`: a file with all bits of the result, where a run folder has 8 and white for alpha. */
  readonly writesFile?: true
  /** Metrics that it has, in the order of tables; others are looked up by `metric`. */
  readonly metrics: readonly MetricDescription[]
  metric(key: string): MetricDescription | undefined
  /** The metrics that say most, in one line. */
  summary(metrics: Metrics): string | undefined
  /** Networks that the terms of a complete config look through: no independent judges of it. */
  seenNetworks(config: JsonObject): readonly string[]
  /** Imports the part that computes: readers of runs do without it. */
  load(): Promise<LoadedMethod>
  /** Fills what a run folder of an earlier version lacks in its config. @param size side of the pack's generator */
  completed(document: JsonObject, size: number): JsonObject
  /** A complete config as a config file that repeats it, as readers show it: what was taken away is named, too. */
  asDocument(config: JsonObject, size: number): JsonObject
  readonly report: ReportParts
}

/** The part of a method that computes, and whatever opens packs. */
export interface LoadedMethod {
  /** Settles what a config leaves to the picture. */
  settle(fragment: Fragment, picture: Bitmap): Promise<Settled>
  /** Completes and checks a config. @throws ConfigError, or ModelError for what the pack lacks */
  plan(fragment: Fragment, pack: LoadedPack): Plan
  /** Opens a run; its pack is closed by `close`. */
  open(fragment: Fragment): Job
  /**
   * Measures a complete run from what is in its folder; absent where that is not enough.
   * @param judges another pack, whose networks judge where the run's has none
   */
  measureAgain?(
    config: Fragment,
    record: Pick<RunRecord, 'folder' | 'warn'>,
    judges: LoadedPack | undefined,
  ): Promise<Metrics>
  /** Dotted keys of the weights of its terms that are above zero. */
  weightKeys(fragment: Fragment): readonly string[]
  /** For `guess`, of methods whose configs may leave something to the picture. @param tell hears of the crop, where one is made */
  guess?(fragment: Fragment, picture: Bitmap, tell?: (found: AlignedPortrait) => void): Promise<Guess>
  /** For `encode`, of methods that begin with codes of a portrait. @param out file to write, or a folder for it */
  encode?(fragment: Fragment, out?: string, options?: EncodeOptions): Promise<EncodedFiles>
  /** For `export`, of methods with a step: as an ONNX model. @returns the path of the file */
  exportStep?(fragment: Fragment, out: string, options?: { readonly force?: boolean }): Promise<string>
}

/** What a picture suggests for keys that a config may leave to it. */
export interface Guess {
  /** For programs. */
  readonly values: unknown
  /** For people. */
  readonly lines: readonly string[]
}

/** Files that an encoding has written. */
export interface EncodedFiles {
  /** Where the portrait was cut out, in one line, and what the user should know about it. */
  readonly notes: readonly string[]
  /** Safetensors with `latent` and `noise/0` …, fit for init.latent and init.noise. */
  readonly latent: string
  readonly sibling: string
}

/** How they are written. */
export interface EncodeOptions {
  /** Whether files that are there already may be replaced; what is read never is. */
  readonly force?: boolean
  /** Hears what there is to say of the input. */
  readonly onRemark?: (remark: string) => void
}

/** What a report of a run shows that only its method can say. */
export interface ReportParts {
  /** Above the slider: "Then and now". */
  readonly heading: string
  /** Facts for the head of the page, beside those of every run. */
  facts(content: ReportContent): readonly (readonly [name: string, value: string])[]
  /** Under the table of metrics' heading. */
  readonly numbers: string
  /** Sections between the pictures and the numbers. */
  sections?(content: ReportContent): readonly (Html | null)[]
  /** Figures beside the curves of the losses. */
  figures?(content: ReportContent): readonly Html[]
  /** What the page's script needs for them. */
  data?(content: ReportContent): JsonObject
}

/** The methods that there are, as readers of run folders are given them. */
export interface Methods {
  readonly list: readonly Method[]
  /** The method that made a run. @throws RunFolderError where it is not known here */
  ofRun(manifest: Pick<Manifest, 'method'>, folder: string): Method
}

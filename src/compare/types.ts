import { RephotoError } from '../error.ts'

/** What is compared: runs, each of one input and one seed under one condition. A sweep lists them; `rephoto compare` infers them. */

/** A way of doing it: the base config with some keys set otherwise. */
export interface Condition {
  /** Short, stable, unique. */
  readonly name: string
  /** For people; the name by default. */
  readonly label?: string | undefined
  /** What it sets, by dotted key. */
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

/** A run as it is listed: whether it really is complete, its own manifest says. */
export interface ListedRun {
  readonly name: string
  readonly folder: string
  readonly condition: string
  readonly input: string
  readonly seed: number
  readonly status: string
  /** Why it failed, where its folder can't tell. */
  readonly error?: string | undefined
}

/** What a search was for: conditions among the compared are its trials. */
export interface SearchFacts {
  readonly method: 'random' | 'tpe'
  readonly budget: number
  /** Key of the metric that was to become good. */
  readonly metric: string
  readonly direction: 'minimize' | 'maximize'
  /** Dotted keys of its space, or names of levels. */
  readonly keys: readonly string[]
}

/** What to compare, and where to. */
export interface CompareRequest {
  readonly title: string
  readonly description?: string | undefined
  /** Name of the condition that the others are compared to. */
  readonly base: string
  readonly conditions: readonly Condition[]
  readonly runs: readonly ListedRun[]
  /** Of a sweep that searched. */
  readonly search?: SearchFacts | undefined
  /** Folder for report.html and tables/. */
  readonly out: string
  /** Whether the page links to the single runs' folders (default); false where they don't travel with it. */
  readonly links?: boolean | undefined
  /** Whether inputs and targets are shown (default); false where they may not be passed on. */
  readonly inputs?: boolean | undefined
  /** Keys of the metrics in the table for papers; default: six that say most. */
  readonly columns?: readonly string[] | undefined
  /** Most bytes of pictures in the page. */
  readonly pictureBytes?: number | undefined
  /** Whether to write pictures.webp as well, a contact sheet for documents; not by default. */
  readonly sheet?: boolean | undefined
}

/** What was written. */
export interface ComparisonFiles {
  readonly page: string
  /** The CSV files, and the table for papers in LaTeX and Markdown. */
  readonly tables: readonly string[]
  /** The contact sheet, where one was asked for. */
  readonly sheet?: string
}

/** Runs that can't be compared. One line: what was expected, what was found, what to do. */
export class CompareError extends RephotoError {
  override readonly name: string = 'CompareError'
}

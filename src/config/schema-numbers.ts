/**
 * The few kinds of numbers that configs use, named so that error messages and tables read well. Each has an upper bound
 * that a machine can meet: far above what is of use, and below what takes all memory or never ends.
 */
import { z } from 'zod'

/** A number above zero. */
export const positive = (most: number) => z.number().gt(0).max(most)

/** A number of at least zero. */
export const nonNegative = (most: number) => z.number().min(0).max(most)

/** A number of either sign. */
export const signed = (most: number) => z.number().min(-most).max(most)

/** A whole number of at least one. */
export const positiveInteger = (most: number) => z.int().min(1).max(most)

/** The largest generators have 1024 px; windows and comparisons lie within. */
export const MOST_PIXELS = 2048

/** Of an aligned picture, and of the crop that it is scaled from: 8192 px take 200 MB. */
export const MOST_ALIGNED_PIXELS = 8192

/** Threads of a run. More than the machine has cores only wait for one another. */
export const MOST_THREADS = 256

/** A learning rate; 0.1 is large. */
export const learningRate = () => nonNegative(1000)

/** Sigma of a blur or of a grain: an eighth of a 1024 px face; no detail is left. */
export const MOST_RADIUS = 128

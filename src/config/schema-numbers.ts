/** The few kinds of numbers that configs use, named so that error messages and tables read well. */
import { z } from 'zod'

/** A number above zero. */
export const positive = z.number().gt(0)

/** A number of at least zero. */
export const nonNegative = z.number().min(0)

/** A whole number of at least one. */
export const positiveInteger = z.int().min(1)

/** Keys that several optimizers share. */
import { z } from 'zod'

const decay = z.number().min(0).lt(1)

/** Of moving averages. */
export const betas = z.tuple([decay, decay]).describe('Decay of the averages of the gradient and of its square.')

/** Against division by nothing. */
export const eps = z.number().gt(0).max(1).describe("Added to the root of the squared gradient's average.")

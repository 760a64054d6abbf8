// Every kind of term there is, under its key in a config, in losses.csv and in the report. To add one: a file beside this
// one, and a line here. The config's schema, its defaults, its table in docs/config.md and the networks that a run needs
// come from this list (src/methods/rephotograph/losses.ts).

export { age } from './age.ts'
export { colorTransfer } from './color-transfer.ts'
export { content } from './content.ts'
export { contextual } from './contextual.ts'
export { eye } from './eye.ts'
export { face } from './face.ts'
export { identity } from './identity.ts'
export { noise } from './noise.ts'
export { prior } from './prior.ts'
export { style } from './style.ts'
export { totalVariation } from './total-variation.ts'

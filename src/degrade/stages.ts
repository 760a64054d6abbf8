// Every kind of stage there is, under its key in a config. To add one: a file beside this one, and a line here. The
// config's schema, its defaults and its table in docs/config.md come from this list (schema.ts).

export { blur } from './blur.ts'
export { brushstroke } from './brushstroke.ts'
export { downsample } from './downsample.ts'
export { fading } from './fading.ts'
export { grain } from './grain.ts'
export { halation } from './halation.ts'
export { mask } from './mask.ts'
export { pigment } from './pigment.ts'
export { response } from './response.ts'
export { spectral } from './spectral.ts'
export { vignette } from './vignette.ts'

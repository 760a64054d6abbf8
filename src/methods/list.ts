// The methods: one folder and one line each. Runner, configs, readers of run folders, sweeps and the command line follow.
export { fastStyle } from './fast-style/method.ts'
export { paint } from './paint/method.ts'
export { rephotograph } from './rephotograph/method.ts'
export { restore } from './restore/method.ts'
export { stylize } from './stylize/method.ts'
export { upscale } from './upscale/method.ts'

// Every first-order optimizer there is, under its name in a config. To add one: a file beside this one, and a line here.
// (L-BFGS, which looks back over many steps, is a driver of its own: ../lbfgs.ts.)

export { adam } from './adam.ts'
export { radam } from './radam.ts'

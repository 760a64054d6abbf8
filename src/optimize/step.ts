// One step of a first-order optimizer as one program: forward, backward, the update of every variable, its projection. The
// variables and what the optimizer keeps of them are its state; what is fed are the step's random draws and a handful of
// scalars; what comes out are the losses and, when asked for, views.

import type { Program } from '../engine/executable.ts'
import { add, mul } from '../graph/elementwise.ts'
import { gradients } from '../graph/gradients.ts'
import { input, scope, type Tensor } from '../graph/tensor.ts'
import { type OptimizerConfig, optimizerOf } from './optimizers/index.ts'
import type { Outline, Problem, WeightedTerm } from './problem.ts'

/** Name under which something that an optimizer keeps of a variable is held. */
export function momentName(moment: string, variable: string): string {
  return `${moment}/${variable}`
}

/** Σ weight·loss, the weights as inputs "weight/<term>". */
export function weightedTotal(terms: Readonly<Record<string, WeightedTerm>>): Tensor {
  return Object.entries(terms)
    .map(([name, { loss }]) => mul(loss, input(`weight/${name}`, [1])))
    .reduce(add)
}

/** The outputs that every driver's program has: "loss/total", "loss/<term>" (raw), and the views. */
export function outputsOf(problem: Problem, total: Tensor): Record<string, Tensor> {
  const losses = Object.entries(problem.terms).map(([name, { loss }]) => [`loss/${name}`, loss] as const)
  return { 'loss/total': total, ...Object.fromEntries(losses), ...problem.views }
}

/**
 * Inputs: "<optimizer>/<scalar>" ([1] each), "weight/<term>", what the rates are made of, the problem's draws. Outputs: those
 * of `outputsOf`, all of the variables *before* the step. State: variables, and what is kept of them under "<moment>/<variable>".
 */
export function stepProgram(problem: Problem, config: OptimizerConfig): Program {
  const total = weightedTotal(problem.terms)
  const slopes = gradients(
    total,
    Object.values(problem.variables).map(({ tensor }) => tensor),
  )
  return {
    name: problem.name,
    outputs: outputsOf(problem, total),
    state: updatedState(problem, config, slopes),
    fixed: problem.held,
  }
}

/** The update alone, of slopes that are fed as "slope/<variable>"; state as above. */
export function updateProgram(problem: Outline, config: OptimizerConfig): Program {
  const slopes = Object.entries(problem.variables).map(([name, { tensor }]) => input(`slope/${name}`, tensor.shape))
  return { name: problem.name, outputs: {}, state: updatedState(problem, config, slopes) }
}

function updatedState(
  problem: Outline,
  config: OptimizerConfig,
  slopes: readonly Tensor[],
): Record<string, { current: Tensor; next: Tensor }> {
  const optimizer = optimizerOf(config)
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1)).map((name) => [name, input(`${optimizer.name}/${name}`, [1])]),
  )
  const state: Record<string, { current: Tensor; next: Tensor }> = {}
  scope('update', () =>
    Object.entries(problem.variables).forEach(([name, { tensor, rate, project }], i) => {
      const moments = Object.fromEntries(
        optimizer.moments.map((moment) => [moment, input(momentName(moment, name), tensor.shape)]),
      )
      const next = optimizer.update({ variable: tensor, gradient: slopes[i]!, moments, scalars, rate })
      state[name] = { current: tensor, next: project ? project(next.variable) : next.variable }
      for (const [moment, current] of Object.entries(moments))
        state[momentName(moment, name)] = { current, next: next.moments[moment]! }
    }),
  )
  return state
}

// One optimization at work: the compiled programs, and what happens at the start of a stage and in a step. What it needs
// to know to go on is in its snapshot, and every random number depends only on the seed and the step, so a run that was
// interrupted ends like one that was not.

import { Executable } from '../engine/executable.ts'
import { latentSize } from '../generator/stylegan2.ts'
import { Synthesizer } from '../generator/synthesis.ts'
import type { LossesConfig, Objective } from './objective.ts'
import { objectiveOf } from './objective-of.ts'
import {
  type ArrayTensor,
  type Codes,
  DivergedError,
  type Optimized,
  type OptimizeObserver,
  type OptimizeOptions,
  type Snapshot,
  type StepReport,
} from './options.ts'
import { radamScales } from './radam.ts'
import { randomStream } from './random.ts'
import { learnedParameters, stepProgram } from './step.ts'

export class Optimization {
  readonly #options: OptimizeOptions
  readonly #objective: Objective
  readonly #step: Executable
  readonly #prepare: Executable | undefined
  readonly #synthesizer: Synthesizer
  #done = 0
  #stageLatent = new Float32Array()

  private constructor(
    options: OptimizeOptions,
    objective: Objective,
    step: Executable,
    prepare: Executable | undefined,
    synthesizer: Synthesizer,
  ) {
    this.#options = options
    this.#objective = objective
    this.#step = step
    this.#prepare = prepare
    this.#synthesizer = synthesizer
  }

  static async prepare(options: OptimizeOptions, observer: OptimizeObserver): Promise<Optimization> {
    const begin = performance.now()
    const objective = objectiveOf(options)
    const step = await Executable.compile(stepProgram(objective, options.optimize), options.compile)
    const once = Object.keys(objective.prepared).length > 0
    const beside = { ...options.compile, occasional: true }
    const prepare = once ? await Executable.compile({ outputs: objective.prepared }, beside) : undefined
    const synthesizer = await Synthesizer.compile(options.networks.generator, beside)
    observer.onCompiled?.({ flops: step.flops, milliseconds: performance.now() - begin })
    const run = new Optimization(options, objective, step, prepare, synthesizer)
    if (options.resume) run.#restore(options.resume)
    else run.#start()
    return run
  }

  async loop(observer: OptimizeObserver, signal?: AbortSignal): Promise<Optimized> {
    const { steps } = this.#options.optimize
    const totalSteps = steps.reduce((a, b) => a + b, 0)
    const first = await this.#synthesizer.run(this.#options.start.latent, this.#options.start.noise)
    let begin = 0
    for (const [stage, count] of steps.entries()) {
      const end = begin + count
      if (this.#done < end) {
        if (this.#done === begin) this.#startStage()
        await this.#prepareStage(stage, first)
      }
      while (this.#done < end && !signal?.aborted) {
        const pictures = observer.wantPictures?.(this.#done) ?? false
        const report = await this.#takeStep(stage, begin, totalSteps, pictures)
        await observer.onStep?.(report, () => this.snapshot())
        // Runs block the event loop; signals and timers get their turn here.
        await new Promise(setImmediate)
      }
      begin = end
    }
    return { finished: this.#done >= totalSteps, snapshot: this.snapshot(), codes: this.codes() }
  }

  /** A fresh optimizer; the sibling of this stage will be made from the latent as it stands now. */
  #startStage(): void {
    for (const name of this.#step.stateNames())
      if (/^[mv]\//.test(name)) this.#step.writeState(name, new Float32Array(this.#step.readState(name).length))
    this.#stageLatent = this.#latent()
  }

  /** Computes what the steps of this stage read: features of the target, statistics and pictures of the siblings. */
  async #prepareStage(stage: number, first: { image: Float32Array; rgbs: Float32Array[] }): Promise<void> {
    if (!this.#prepare) return
    const { seed, overrides, target } = this.#options
    const noise = this.#objective.shape.noiseSides.map(
      (side, i) => overrides?.freshNoise?.(side) ?? randomStream(seed, `fresh/${i}`, stage).normal(side * side),
    )
    const fresh = await this.#synthesizer.run(this.#stageLatent, noise)
    const feeds: Record<string, Float32Array> = { target: target.data }
    for (const [which, sibling] of Object.entries({ first, fresh })) {
      feeds[`${which}/image`] = sibling.image
      sibling.rgbs.forEach((rgb, i) => {
        feeds[`${which}/rgb${i}`] = rgb
      })
    }
    const values = await this.#prepare.run(feeds)
    for (const [name, value] of Object.entries(values))
      if (this.#step.hasState(name)) this.#step.writeState(name, value)
  }

  async #takeStep(stage: number, begin: number, totalSteps: number, pictures: boolean): Promise<StepReport> {
    const { optimize, losses, seed, overrides } = this.#options
    const began = performance.now()
    const scales = radamScales(this.#done - begin + 1, optimize.optimizer)
    const learning = latentSize(optimize.coarseMin * 2 ** stage)
    const feeds: Record<string, Float32Array | number[]> = {
      'radam/adaptive': [scales.adaptive],
      'radam/plain': [scales.plain],
      'lr/latent': [optimize.lr],
      'lr/noise': [optimize.noiseLr],
      'lr/camera': [optimize.cameraLr],
      'latent/mask': Array.from({ length: this.#objective.latent.shape[1]! }, (_, i) => (i < learning ? 1 : 0)),
    }
    for (const name of Object.keys(this.#objective.weights))
      feeds[`weight/${name}`] = [losses[name as keyof LossesConfig].weight]
    for (const { name, sample } of this.#objective.draws)
      feeds[name] = overrides?.draws?.[name] ?? sample(randomStream(seed, name, this.#done))
    const { latentNoise } = optimize
    if (latentNoise.strength > 0) {
      const fade = Math.max(0, 1 - this.#done / totalSteps / latentNoise.ramp) ** 2
      feeds['latent/noise'] = randomStream(seed, 'latent/noise', this.#done).normal(
        this.#objective.latent.shape.reduce((a, b) => a * b, 1),
      )
      feeds['latent/strength'] = [latentNoise.strength * fade * (this.#options.latentDeviation ?? 1)]
    }

    const names = Object.keys(this.#objective.terms)
    const wanted = ['loss/total', ...names.map((n) => `loss/${n}`), ...(pictures ? ['image', 'degraded'] : [])]
    const out = await this.#step.run(feeds, wanted)
    const raw = Object.fromEntries(names.map((n) => [n, out[`loss/${n}`]![0]!]))
    const total = out['loss/total']![0]!
    this.#refuseNaN(raw, total)
    const report: StepReport = {
      stage,
      step: this.#done,
      totalSteps,
      losses: raw,
      total,
      camera: this.#camera(),
      milliseconds: performance.now() - began,
      ...(pictures && { pictures: { image: out.image!, degraded: out.degraded! } }),
    }
    this.#done++
    return report
  }

  /** A bad loss belongs to the parameters before this step, so the last good state is the one before the last. */
  #refuseNaN(losses: Record<string, number>, total: number): void {
    const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value))
    const camera = Object.entries(this.#camera()).find(([, values]) => values.some((v) => !Number.isFinite(v)))
    if (!bad && Number.isFinite(total) && !camera) return
    this.#step.undo()
    const what = bad ? `the loss "${bad[0]}"` : camera ? `the camera's "${camera[0]}"` : 'the total loss'
    throw new DivergedError(what, this.#done, this.snapshot())
  }

  #start(): void {
    const { latent, noise } = this.#options.start
    this.#writeLatent(latent)
    noise.forEach((map, i) => {
      this.#step.writeState(`noise/${i}`, map)
    })
    for (const [name, { parameter }] of Object.entries(this.#objective.camera))
      if (this.#step.hasState(`camera/${name}`)) this.#step.writeState(`camera/${name}`, [...parameter.start])
  }

  #writeLatent(latent: Float32Array): void {
    const optimized = this.#objective.latent.shape.reduce((a, b) => a * b, 1)
    this.#step.writeState('latent', latent.subarray(0, optimized))
    if (this.#objective.latentRest) this.#step.writeState('latent/rest', latent.subarray(optimized))
  }

  #latent(): Float32Array<ArrayBuffer> {
    const rest = this.#objective.latentRest ? this.#step.readState('latent/rest') : new Float32Array()
    return Float32Array.from([...this.#step.readState('latent'), ...rest])
  }

  #camera(): Record<string, number[]> {
    return Object.fromEntries(
      Object.entries(this.#objective.camera).map(([name, { parameter }]) => [
        name,
        this.#step.hasState(`camera/${name}`) ? [...this.#step.readState(`camera/${name}`)] : [...parameter.start],
      ]),
    )
  }

  codes(): Codes {
    return {
      latent: this.#latent(),
      noise: this.#objective.noise.map((_, i) => this.#step.readState(`noise/${i}`)),
      camera: this.#camera(),
    }
  }

  snapshot(): Snapshot {
    const tensors: Record<string, ArrayTensor> = {}
    const learned = learnedParameters(this.#objective)
    for (const name of this.#step.stateNames()) {
      const { tensor } = learned[name.replace(/^[mv]\//, '')]!
      tensors[name] = { shape: tensor.shape, data: this.#step.readState(name) }
    }
    const { latents, styleDim } = this.#objective.shape
    tensors['latent/whole'] = { shape: [latents, styleDim], data: this.#latent() }
    tensors['latent/stage'] = { shape: [latents, styleDim], data: this.#stageLatent.slice() }
    return { step: this.#done, tensors }
  }

  #restore({ step, tensors }: Snapshot): void {
    this.#start()
    for (const name of this.#step.stateNames()) {
      const saved = tensors[name]
      if (!saved) throw new Error(`the saved state has no "${name}": it belongs to a run with another config`)
      this.#step.writeState(name, saved.data)
    }
    this.#writeLatent(tensors['latent/whole']!.data)
    this.#stageLatent = Float32Array.from(tensors['latent/stage']!.data)
    this.#done = step
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#step.dispose(), this.#prepare?.dispose(), this.#synthesizer.dispose()])
  }
}

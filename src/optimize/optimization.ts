// One optimization at work: the compiled programs, and what happens at the start of a stage and in a step. What it needs
// to know to go on is in its snapshot, and every random number depends only on the seed and the step, so a run that was
// interrupted ends like one that was not.

import { Executable } from '../engine/executable.ts'
import { latentSize } from '../generator/stylegan2.ts'
import { Synthesizer } from '../generator/synthesis.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Objective } from './objective.ts'
import { objectiveOf } from './objective-of.ts'
import {
  type ArrayTensor,
  type Codes,
  DivergedError,
  type Optimized,
  type OptimizeObserver,
  type OptimizeOptions,
  type Snapshot,
  StateError,
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
    if (options.resume) await run.#restore(options.resume)
    else await run.#start()
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
        if (this.#done === begin) await this.#startStage()
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
    return { finished: this.#done >= totalSteps, snapshot: await this.snapshot(), codes: await this.codes() }
  }

  /** A fresh optimizer; the sibling of this stage will be made from the latent as it stands now. */
  async #startStage(): Promise<void> {
    for (const [name, { tensor }] of Object.entries(learnedParameters(this.#objective)))
      for (const moment of ['m', 'v'])
        await this.#step.writeState(`${moment}/${name}`, new Float32Array(sizeOf(tensor.shape)))
    this.#stageLatent = await this.#latent()
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
      if (this.#step.hasState(name)) await this.#step.writeState(name, value)
  }

  async #takeStep(stage: number, begin: number, totalSteps: number, pictures: boolean): Promise<StepReport> {
    const { optimize, seed, overrides } = this.#options
    const began = performance.now()
    const scales = radamScales(this.#done - begin + 1, optimize.optimizer)
    const learning = latentSize(optimize.coarseMin * 2 ** stage)
    const feeds: Record<string, Float32Array | number[]> = {
      'radam/adaptive': [scales.adaptive],
      'radam/plain': [scales.plain],
      'lr/latent': [optimize.lr],
      'lr/noise': [optimize.noiseLr],
      'latent/mask': Array.from({ length: this.#objective.latent.shape[1]! }, (_, i) => (i < learning ? 1 : 0)),
    }
    for (const [name, { parameter }] of Object.entries(this.#objective.camera))
      if (parameter.learn) feeds[`lr/camera/${name}`] = [(parameter.lr ?? optimize.cameraLr) * (parameter.pace ?? 1)]
    for (const [name, weight] of Object.entries(this.#objective.weightOf)) feeds[`weight/${name}`] = [weight]
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
    const camera = await this.#camera()
    await this.#refuseNaN(raw, total, camera)
    const report: StepReport = {
      stage,
      step: this.#done,
      totalSteps,
      losses: raw,
      total,
      camera,
      milliseconds: performance.now() - began,
      ...(pictures && { pictures: { image: out.image!, degraded: out.degraded! } }),
    }
    this.#done++
    return report
  }

  /** A bad loss belongs to the parameters before this step, so the last good state is the one before the last. */
  async #refuseNaN(
    losses: Record<string, number>,
    total: number,
    camera: Readonly<Record<string, number[]>>,
  ): Promise<void> {
    const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value))
    const moved = Object.entries(camera).find(([, values]) => values.some((v) => !Number.isFinite(v)))
    if (!bad && Number.isFinite(total) && !moved) return
    this.#step.undo()
    const what = bad ? `the loss "${bad[0]}"` : moved ? `the camera's "${moved[0]}"` : 'the total loss'
    throw new DivergedError(what, this.#done, await this.snapshot())
  }

  async #start(): Promise<void> {
    const { latent, noise } = this.#options.start
    await this.#writeLatent(latent)
    for (const [i, map] of noise.entries()) await this.#step.writeState(`noise/${i}`, map)
    for (const [name, { parameter }] of Object.entries(this.#objective.camera))
      if (this.#step.hasState(`camera/${name}`)) await this.#step.writeState(`camera/${name}`, [...parameter.start])
  }

  async #writeLatent(latent: Float32Array): Promise<void> {
    const optimized = sizeOf(this.#objective.latent.shape)
    await this.#step.writeState('latent', latent.subarray(0, optimized))
    if (this.#objective.latentRest) await this.#step.writeState('latent/rest', latent.subarray(optimized))
  }

  async #latent(): Promise<Float32Array<ArrayBuffer>> {
    const rest = this.#objective.latentRest ? await this.#step.readState('latent/rest') : []
    return Float32Array.from([...(await this.#step.readState('latent')), ...rest])
  }

  async #camera(): Promise<Record<string, number[]>> {
    const camera: Record<string, number[]> = {}
    for (const [name, { parameter }] of Object.entries(this.#objective.camera)) {
      const state = `camera/${name}`
      camera[name] = this.#step.hasState(state) ? [...(await this.#step.readState(state))] : [...parameter.start]
    }
    return camera
  }

  async codes(): Promise<Codes> {
    const noise: Float32Array[] = []
    for (const i of this.#objective.noise.keys()) noise.push(await this.#step.readState(`noise/${i}`))
    return { latent: await this.#latent(), noise, camera: await this.#camera() }
  }

  async snapshot(): Promise<Snapshot> {
    const tensors: Record<string, ArrayTensor> = {}
    const learned = learnedParameters(this.#objective)
    for (const name of this.#step.stateNames()) {
      const { tensor } = learned[name.replace(/^[mv]\//, '')]!
      tensors[name] = { shape: tensor.shape, data: await this.#step.readState(name) }
    }
    const { latents, styleDim } = this.#objective.shape
    tensors['latent/whole'] = { shape: [latents, styleDim], data: await this.#latent() }
    tensors['latent/stage'] = { shape: [latents, styleDim], data: this.#stageLatent.slice() }
    return { step: this.#done, tensors }
  }

  async #restore({ step, tensors }: Snapshot): Promise<void> {
    await this.#start()
    const learned = learnedParameters(this.#objective)
    const saved = (name: string, shape: readonly number[]): Float32Array => {
      const found = tensors[name]
      const expected = `${name}: expected numbers [${shape.join(', ')}]`
      if (!found) throw new StateError(`${expected}, found none`)
      if (found.data.length !== sizeOf(shape)) throw new StateError(`${expected}, found [${found.shape.join(', ')}]`)
      if (!found.data.every(Number.isFinite)) throw new StateError(`${expected}, found some that are not finite`)
      return found.data
    }
    for (const name of this.#step.stateNames()) {
      const { tensor } = learned[name.replace(/^[mv]\//, '')]!
      await this.#step.writeState(name, saved(name, tensor.shape))
    }
    const { latents, styleDim } = this.#objective.shape
    await this.#writeLatent(saved('latent/whole', [latents, styleDim]))
    this.#stageLatent = Float32Array.from(saved('latent/stage', [latents, styleDim]))
    this.#done = step
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#step.dispose(), this.#prepare?.dispose(), this.#synthesizer.dispose()])
  }
}

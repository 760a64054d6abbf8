// PyTorch, where this machine has it: the same objective (pytorch_step.py), timed in a process of its own.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How the objective is said in PyTorch; see pytorch_step.py. */
export type TorchStyle = 'lean' | 'public'

export interface TorchMeasurement {
  workload: string
  style: TorchStyle
  torch: string
  device: string
  threads: number
  /** The library that multiplies its matrices, where that can be told. */
  blas: string | null
  /** Of each step. */
  seconds: number[]
  peakGigabytes: number
  /** What it minimises, before the first step, where it is told. */
  firstLoss?: number
}

export interface TorchCheck {
  /** Largest relative difference of its losses from the golden objective's. */
  worstRelativeError: number
}

const script = fileURLToPath(new URL('pytorch_step.py', import.meta.url))
const stylizeScript = fileURLToPath(new URL('pytorch_stylize.py', import.meta.url))
const forwardScript = fileURLToPath(new URL('pytorch_forward.py', import.meta.url))

/** The first Python that has PyTorch: of $PYTHON, python3 of the path, the system's; undefined where none has. */
export function findTorch(): { python: string; version: string; cuda: boolean } | undefined {
  const code = 'import torch; print(torch.__version__, torch.cuda.is_available())'
  for (const python of [process.env.PYTHON, 'python3', '/usr/bin/python3']) {
    if (!python) continue
    try {
      const [version, cuda] = execFileSync(python, ['-c', code], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split(' ')
      return { python, version: version!, cuda: cuda === 'True' }
    } catch {
      // This Python is not there or has no PyTorch: the next one may.
    }
  }
  return undefined
}

export function checkTorch(python: string): TorchCheck {
  return runScript(script, python, ['--check']) as TorchCheck
}

export function measureTorch(
  python: string,
  size: string,
  options: { steps: number; threads: number; device: 'cpu' | 'cuda'; style: TorchStyle },
): TorchMeasurement {
  const { steps, threads, device, style } = options
  const common = ['--steps', steps, '--threads', threads, '--device', device]
  const [which, own] = size === 'stylize' ? [stylizeScript, []] : [script, ['--size', size, '--style', style]]
  const found = runScript(which, python, [...own, ...common].map(String))
  return { workload: size, ...(found as Omit<TorchMeasurement, 'workload'>) }
}

/** A pass of a network that enlarges. */
export function measureTorchForward(
  python: string,
  workload: string,
  { steps, threads, device }: { steps: number; threads: number; device: 'cpu' | 'cuda' },
): TorchMeasurement {
  const args = ['--workload', workload, '--steps', steps, '--threads', threads, '--device', device]
  const found = runScript(forwardScript, python, args.map(String))
  return { workload, ...(found as Omit<TorchMeasurement, 'workload'>) }
}

function runScript(which: string, python: string, args: string[]): object {
  const text = execFileSync(python, [which, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(text.trim().split('\n').at(-1)!) as object
}

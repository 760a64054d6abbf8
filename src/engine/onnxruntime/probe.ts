// Whether a device really computes: a convolution, a reduction and a state that stays, against numbers known beforehand.
// Graphics drivers can end a process, so it is tried in one of its own (bin/part.js).

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { conv2d } from '../../graph/conv.ts'
import { add } from '../../graph/elementwise.ts'
import { sum } from '../../graph/reduce.ts'
import { constant, input } from '../../graph/tensor.ts'
import type { Device } from '../contract.ts'
import { Executable } from '../executable.ts'
import { DeviceError } from '../values.ts'

const side = 16

/** @throws DeviceError when the device is not there, or gives other numbers than it should */
export async function probe(device: Device): Promise<void> {
  const x = input('x', [1, 1, side, side])
  const blurred = conv2d(x, constant(new Float32Array(9).fill(1), [1, 1, 3, 3]), { padding: 1 })
  const program = { outputs: { total: sum(blurred) }, state: { x: { current: x, next: add(x, 1) } } }
  const executable = await Executable.compile(program, { device, threads: 1 })
  try {
    await executable.run()
    const { total } = await executable.run()
    const state = await executable.readState('x')
    // Of side² ones each of nine shifts keeps what does not leave the picture.
    const expected = (3 * side - 2) ** 2
    if (total?.[0] !== expected || state.some((v) => v !== 2))
      throw new DeviceError(
        device,
        `it computes wrongly: expected ${expected} and 2, found ${total?.[0]} and ${state[0]}`,
        'update its driver, or use --device cpu',
      )
  } finally {
    await executable.dispose()
  }
}

export interface ProbeOutcome {
  works: boolean
  /** Why it does not, in one line. */
  reason?: string
}

const outcomes = new Map<Device, ProbeOutcome>()

/** Tries a device in a process of its own, once. */
export function probeApart(device: Device): ProbeOutcome {
  const known = outcomes.get(device)
  if (known) return known
  const part = fileURLToPath(new URL('../../../bin/part.js', import.meta.url))
  const child = spawnSync(process.execPath, [part, 'engine/onnxruntime/probe-main', device], {
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const outcome = outcomeOf(child)
  outcomes.set(device, outcome)
  return outcome
}

function outcomeOf({
  status,
  signal,
  stdout,
}: {
  status: number | null
  signal: string | null
  stdout: string
}): ProbeOutcome {
  if (status === 0) return { works: true }
  if (signal === 'SIGTERM') return { works: false, reason: 'it did not answer within a minute' }
  if (signal !== null) return { works: false, reason: `its driver ended the process (${signal})` }
  return { works: false, reason: stdout.trim().split('\n').at(-1) || 'no reason was given' }
}

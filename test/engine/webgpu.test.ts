/**
 * The step of the whole objective on WebGPU: all of it on the device, its state staying there, the numbers those of the
 * CPU. On a machine without a GPU through SwiftShader, the Vulkan driver in software of Debian's chromium.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Executable } from '../../src/engine/executable.ts'
import { probeApart } from '../../src/engine/onnxruntime/probe.ts'
import { expectClose } from '../support/check.ts'
import { noWebGpu } from '../support/device.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'
import { tinyStep } from '../support/tiny-step.ts'

const lacking = noWebGpu()
if (lacking !== undefined) console.log(`WebGPU is not tested: ${lacking}`)
const place = mkdtempSync(join(tmpdir(), 'rephoto-webgpu-'))
afterAll(() => rmSync(place, { recursive: true }))

/** A node that ONNX Runtime's profile saw running, and who ran it. */
interface Placed {
  cat: string
  name: string
  args: { provider?: string; op_name?: string }
}

describe.skipIf(lacking !== undefined)('WebGPU', () => {
  it('is found to compute, by a process of its own', () => {
    expect(probeApart('webgpu')).toEqual({ works: true })
  })

  it('runs every node of a step, keeps the state, and gives the numbers of the CPU', { timeout: 400_000 }, async () => {
    const { program, feeds, begin } = tinyStep(makeTinyPack(join(place, 'pack')))
    const cpu = await Executable.compile(program, { threads: 1 })
    const gpu = await Executable.compile(program, { device: 'webgpu', profile: join(place, 'profile') })
    await begin(cpu)
    await begin(gpu)
    for (let step = 1; step <= 2; step++) {
      const expected = await cpu.run(feeds)
      const got = await gpu.run(feeds, step === 1 ? undefined : ['loss/total'])
      for (const [name, values] of Object.entries(got))
        expectClose(values, expected[name]!, 2e-4, `${name}, step ${step}`)
    }
    for (const name of cpu.stateNames())
      expectClose(await gpu.readState(name), await cpu.readState(name), 2e-3, `${name} after two steps`)

    const after = await gpu.readState('noise/0')
    await gpu.run(feeds, [])
    gpu.undo()
    expect(await gpu.readState('noise/0'), 'undone').toEqual(after)
    await gpu.writeState('noise/0', new Float32Array(after.length).fill(2))
    expect(await gpu.readState('noise/0'), 'written').toEqual(new Float32Array(after.length).fill(2))
    await Promise.all([cpu.dispose(), gpu.dispose()])

    // The two programs that copy to and from the device do not write a profile; the step's has every node in it.
    const [file] = readdirSync(place).filter((name) => name.startsWith('profile'))
    const events = JSON.parse(readFileSync(join(place, file!), 'utf8')) as Placed[]
    const nodes = events.filter(({ cat, args }) => cat === 'Node' && args.provider !== undefined)
    expect(nodes.length).toBeGreaterThan(1000)
    const elsewhere = nodes.filter(({ args }) => args.provider !== 'WebGpuExecutionProvider')
    expect(elsewhere.map(({ name, args }) => `${args.op_name} "${name}" on ${args.provider}`)).toEqual([])
    const copies = nodes.filter(({ args }) => /^Memcpy/u.test(args.op_name ?? ''))
    expect(copies.map(({ name }) => name)).toEqual([])
  })
})

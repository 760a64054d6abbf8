/**
 * What works on this machine and what to do about what doesn't. Every check really does what it is about, in small:
 * ONNX Runtime computes, sharp decodes, a file is written where runs are kept.
 */
import { freemem } from 'node:os'
import { resolve } from 'node:path'
import { makeFolders } from './checkpoint/folders.ts'
import { commit, machine, versions } from './run/environment.ts'
import { reasonOf } from './text/visible.ts'

/** One finding. */
export interface Finding {
  readonly standing: 'ok' | 'note' | 'bad'
  readonly name: string
  readonly found: string
  readonly advice?: string
}

/** Memory that a run takes, in GiB, by side of the generator. */
const MEMORY_NEEDED: readonly (readonly [size: number, gib: number])[] = [
  [128, 1],
  [256, 2],
  [512, 5],
  [1024, 10],
]

/** Checks Node, ONNX Runtime, its devices, pictures, faces, packs, memory and the place for runs. */
export async function doctor(): Promise<Finding[]> {
  const findings: Finding[] = [node(), program()]
  findings.push(await guarded('ONNX Runtime', 'run npm ci again in the project', onnxruntime))
  findings.push(...(await devices()))
  findings.push(await guarded('engine tfjs', 'reinstall it; or use --engine onnxruntime', tensorflow))
  findings.push(await guarded('pictures', 'run npm ci again in the project', pictures))
  findings.push(await guarded('faces', 'run npm ci again; or bring landmarks with --landmarks', faces))
  findings.push(...(await packs()))
  findings.push(memory(), await guarded('run folder', 'choose another place with --out', reports))
  return findings
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
  const fits = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
  if (fits) return { standing: 'ok', name: 'Node', found: process.version }
  const advice = 'expected 20.19, 22.12 or newer: https://nodejs.org'
  return { standing: 'bad', name: 'Node', found: process.version, advice }
}

function program(): Finding {
  const git = commit()
  const at = git ? `, commit ${git.commit.slice(0, 10)}${git.changed ? ' with changes' : ''}` : ''
  return { standing: 'ok', name: 'rephoto', found: `${versions().rephoto}${at}` }
}

async function onnxruntime(): Promise<Finding> {
  const { runOnce } = await import('./engine/executable.ts')
  const { y } = await runOnce(await tripled(), { x: [2, 5] })
  checkTripled(y)
  return { standing: 'ok', name: 'ONNX Runtime', found: `${versions().onnxruntime}, computes` }
}

/** The smallest program: y = 3·x. */
async function tripled() {
  const { input } = await import('./graph/tensor.ts')
  const { mul } = await import('./graph/elementwise.ts')
  return { y: mul(input('x', [2]), 3) }
}

function checkTripled(y: Float32Array | undefined): void {
  if (y?.[0] !== 6 || y[1] !== 15) throw new Error(`expected 6 and 15, found ${y?.join(' and ')}`)
}

async function devices(): Promise<Finding[]> {
  const { missingFor } = await import('./engine/onnxruntime/requirements.ts')
  const { probeApart } = await import('./engine/onnxruntime/probe.ts')
  const { chooseDevice } = await import('./engine/choose.ts')
  const { cpu, cores } = machine()
  const findings: Finding[] = [{ standing: 'ok', name: 'device cpu', found: `${cores} cores of ${cpu}` }]
  for (const device of ['webgpu', 'cuda'] as const) {
    const name = `device ${device}`
    const missing = missingFor(device)
    if (missing.length > 0) {
      const found = `lacks ${missing.map(({ what }) => what).join(', ')}`
      findings.push({ standing: 'note', name, found, advice: missing.map(({ advice }) => advice).join('; ') })
      continue
    }
    const { works, reason } = probeApart(device)
    // A driver in software (lavapipe) is installed on many machines without a GPU; WebGPU refuses it, which is no defect.
    const advice = 'without a graphics processor the CPU is used; with one, install its maker’s Vulkan driver'
    findings.push(
      works
        ? { standing: 'ok', name, found: 'computes' }
        : { standing: 'note', name, found: reason ?? 'does not compute', advice },
    )
  }
  const { device, reason } = chooseDevice('auto')
  findings.push({ standing: 'ok', name: 'device auto', found: `${device}: ${reason}` })
  return findings
}

async function tensorflow(): Promise<Finding> {
  const { tensorflowPackage } = await import('./engine/tfjs/installed.ts')
  const { runOnce } = await import('./engine/executable.ts')
  const { y } = await runOnce(await tripled(), { x: [2, 5] }, { engine: 'tfjs' })
  checkTripled(y)
  return { standing: 'ok', name: 'engine tfjs', found: `${tensorflowPackage()}, computes` }
}

async function pictures(): Promise<Finding> {
  const { encodePng } = await import('./images/write.ts')
  const { createBitmap } = await import('./images/bitmap.ts')
  const { default: sharp } = await import('sharp')
  const { info } = await sharp(await encodePng(createBitmap(3, 2, 3)))
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.width !== 3 || info.height !== 2)
    throw new Error(`expected 3×2 pixels back, found ${info.width}×${info.height}`)
  return {
    standing: 'ok',
    name: 'pictures',
    found: `sharp ${sharp.versions.sharp ?? 'unknown'}, libvips ${sharp.versions.vips}`,
  }
}

async function faces(): Promise<Finding> {
  const { detectFaces } = await import('./align/detect.ts')
  const { createBitmap } = await import('./images/bitmap.ts')
  const found = await detectFaces(createBitmap(64, 64, 3))
  if (found.length > 0) throw new Error('expected no face in a black square, found one')
  return { standing: 'ok', name: 'faces', found: 'the detector runs' }
}

async function packs(): Promise<Finding[]> {
  const { loadPack, packNames } = await import('./models/load.ts')
  const names = packNames()
  if (names.length === 0) {
    return [
      {
        standing: 'bad',
        name: 'packs',
        found: 'none',
        advice: 'the compact pack should be in models/compact: restore it from the repository',
      },
    ]
  }
  const { methodOf } = await import('./methods/methods.ts')
  const { open } = await methodOf({}).load()
  return names.map((name): Finding => {
    try {
      const { pack, roles, missing, has, close } = loadPack(name)
      const isEmpty = !roles.some(has)
      close()
      const found = pack.size === undefined ? `${roles.join(', ')}, no generator` : `${pack.size} px`
      if (missing.length === 0) {
        // Complete by its own account; whether a run can be made of it is for the run to say. Without a generator, none is meant.
        if (pack.size !== undefined) open({ pack: name }).close()
        return { standing: 'ok', name: `pack ${name}`, found: `${found}, complete` }
      }
      const advice = `rephoto models import <file> --pack ${name}`
      // A fresh clone has no official weights; that is no defect.
      const standing = isEmpty ? 'note' : 'bad'
      const lacking = isEmpty ? 'no weights on this machine' : `lacks ${missing.join(', ')}`
      return { standing, name: `pack ${name}`, found: `${found}, ${lacking}`, advice }
    } catch (error) {
      return { standing: 'bad', name: `pack ${name}`, found: reasonOf(error) }
    }
  })
}

function memory(): Finding {
  const { memoryGiB } = machine()
  const free = freemem() / 2 ** 30
  const found = `${free.toFixed(1)} of ${memoryGiB} GiB free`
  const fits = MEMORY_NEEDED.filter(([, gib]) => gib <= memoryGiB).at(-1)
  if (!fits) return { standing: 'bad', name: 'memory', found, advice: 'a run with the compact pack takes about 1 GiB' }
  const largest = MEMORY_NEEDED.at(-1)
  const advice =
    fits === largest
      ? undefined
      : `enough for packs up to ${fits[0]} px; ${largest?.[0]} px take about ${largest?.[1]} GiB`
  return {
    standing: advice === undefined ? 'ok' : 'note',
    name: 'memory',
    found,
    ...(advice === undefined ? {} : { advice }),
  }
}

async function reports(): Promise<Finding> {
  const { writeText } = await import('./run/folder.ts')
  const { rmSync } = await import('node:fs')
  const folder = resolve('reports')
  makeFolders(folder)
  const probe = `${folder}/.probe`
  writeText(probe, 'x')
  rmSync(probe)
  return { standing: 'ok', name: 'run folder', found: `${folder} can be written` }
}

async function guarded(name: string, advice: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch (error) {
    return { standing: 'bad', name, found: reasonOf(error), advice }
  }
}

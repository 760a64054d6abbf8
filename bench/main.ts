// `npm run bench`: how long a step takes, and a pass of a network that enlarges, how near that is to what the machine can do with the step's own convolutions
// and matrix products, and how long PyTorch takes for the same objective: all in one run, since seconds differ from
// machine to machine and from hour to hour. Writes a JSON file and a page.
//   npm run bench -- [--only compact,512,1024,stylize] [--device cpu,webgpu,cuda,tfjs] [--steps 5] [--out bench/results/name]

import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import type { Device } from '../src/engine/executable.ts'
import { machine, versions } from '../src/run/environment.ts'
import { writeText } from '../src/run/folder.ts'
import { forwardWorkloads } from './forward-workloads.ts'
import type { Measurement, MeasureRequest } from './measure.ts'
import { benchPage } from './page.ts'
import { checkTorch, findTorch, measureTorch, measureTorchForward, type TorchStyle } from './pytorch.ts'
import { type BenchRecord, timesFaster, torchSeconds } from './record.ts'
import { workloads } from './workloads.ts'

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('only', {
    type: 'string',
    default: [...Object.keys(workloads), ...Object.keys(forwardWorkloads)].join(','),
    describe: 'Workloads, by comma',
  })
  .option('device', {
    type: 'string',
    default: 'cpu',
    describe: 'cpu, webgpu, cuda, tfjs (the other engine), by comma',
  })
  .option('steps', { type: 'number', default: 5, describe: 'Steps of each; the first is not counted' })
  .option('threads', { type: 'number', default: 0, describe: '0: as many as there are cores' })
  .option('torch', { type: 'boolean', default: true, describe: 'Also PyTorch, where it is installed' })
  .option('torch-steps', { type: 'number', default: 2, describe: 'Steps of PyTorch; the fastest counts' })
  .option('out', { type: 'string', describe: 'Writes the numbers to OUT.json and a page to OUT.html' })
  .strict()
  .parse()

const record: BenchRecord = {
  format: 'rephoto-bench',
  formatVersion: 2,
  date: new Date().toISOString(),
  machine: machine(),
  load: loadavg()[0]!,
  versions: versions(),
  measurements: [],
  torch: [],
  torchCheck: null,
  absent: [],
}
const torch = args.torch ? findTorch() : undefined
if (args.torch && !torch) record.absent.push({ what: 'PyTorch', why: 'no python3 here has it' })
const isAllForward = args.only.split(',').every((workload) => workload in forwardWorkloads)
if (torch && !isAllForward) record.torchCheck = checkTorch(torch.python).worstRelativeError
if (record.load > 1) console.log(`The machine is busy (load ${record.load.toFixed(1)}): seconds will be too long.`)

console.log('workload              engine             step   GFLOP  GFLOP/s   nodes     peak     alone  share  compile')
for (const workload of args.only.split(','))
  for (const device of args.device.split(',')) {
    measureOurs(workload, device)
    if (torch && workload !== 'compact' && device !== 'tfjs') measureTheirs(workload, device)
  }
console.log('alone: the step’s convolutions and matrix products, each measured by itself; share: alone / step')
if (record.torchCheck !== null)
  console.log(`PyTorch computes the golden objective's losses to ${record.torchCheck.toExponential(1)}`)
for (const { what, why } of record.absent) console.log(`not measured: ${what} (${why})`)
if (args.out !== undefined) {
  const base = args.out.replace(/\.(json|html)$/u, '')
  writeText(`${base}.json`, `${JSON.stringify(record, null, 2)}\n`)
  writeText(`${base}.html`, benchPage(record))
  console.log(`${base}.json, ${base}.html`)
}

function measureOurs(workload: string, name: string): void {
  const tfjs = name === 'tfjs'
  const request: MeasureRequest = {
    workload,
    steps: args.steps,
    threads: args.threads,
    engine: tfjs ? 'tfjs' : 'onnxruntime',
    device: tfjs ? 'cpu' : (name as Device),
  }
  const isForward = workload in forwardWorkloads
  const script = fileURLToPath(new URL(isForward ? 'measure-forward.ts' : 'measure.ts', import.meta.url))
  try {
    const text = execFileSync(process.execPath, ['--import', 'tsx', script, JSON.stringify(request)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    })
    const m = JSON.parse(text.trim().split('\n').at(-1)!) as Measurement
    record.measurements.push(m)
    printRow([
      m.title,
      tfjs ? 'TensorFlow.js' : m.device,
      `${m.stepMilliseconds.toFixed(0)} ms`,
      m.gflopPerStep.toFixed(1),
      m.gflopPerSecond.toFixed(0),
      String(m.nodes),
      `${m.peakGigabytes.toFixed(1)} GB`,
      m.calibratedMilliseconds === undefined ? '' : `${m.calibratedMilliseconds.toFixed(0)} ms`,
      m.share === undefined ? '' : `${(100 * m.share).toFixed(0)} %`,
      `${m.compileSeconds.toFixed(1)} s`,
    ])
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error)
    const why = /^\w*Error(?: \[\w+\])?: (.+)$/mu.exec(said)?.[1] ?? 'it ended without a word'
    record.absent.push({ what: `${workload} on ${name}`, why })
  }
}

function measureTheirs(workload: string, device: string): void {
  const theirs = device === 'cpu' ? 'cpu' : 'cuda'
  if (theirs === 'cuda' && !torch!.cuda) {
    record.absent.push({ what: `PyTorch at ${workload} on a GPU`, why: 'this PyTorch sees no CUDA device' })
    return
  }
  const isForward = workload in forwardWorkloads
  // Of style transfer and of forward networks there is one way to say it.
  const styles: TorchStyle[] = isForward || workload === 'stylize' ? ['lean'] : ['lean', 'public']
  for (const style of styles) {
    const options = { steps: args.torchSteps, threads: args.threads, device: theirs, style } as const
    const m = isForward
      ? measureTorchForward(torch!.python, workload, options)
      : measureTorch(torch!.python, workload, options)
    record.torch.push(m)
    if (m.blas === 'reference BLAS' && style === 'lean')
      console.log('  PyTorch multiplies with the reference BLAS here, several times slower: apt install libopenblas0')
    const ours = record.measurements.find((o) => o.workload === workload && o.device === device)
    if (ours?.firstLoss !== undefined && m.firstLoss !== undefined) {
      const apart = Math.abs(m.firstLoss / ours.firstLoss - 1)
      if (apart > 1e-3) throw new Error(`${workload}: PyTorch minimises ${m.firstLoss}, ours ${ours.firstLoss}`)
    }
    printRow([
      `  PyTorch ${m.torch}`,
      `${m.blas ?? theirs}, ${style}`,
      `${(1000 * torchSeconds(m)).toFixed(0)} ms`,
      '',
      '',
      '',
      `${m.peakGigabytes.toFixed(1)} GB`,
      ours ? `${timesFaster(ours, m).toFixed(1)} × ours` : '',
      '',
      '',
    ])
  }
}

function printRow(cells: readonly string[]): void {
  const widths = [-21, -16, 10, 8, 8, 7, 9, 10, 6, 8]
  console.log(cells.map((cell, i) => (widths[i]! < 0 ? cell.padEnd(-widths[i]!) : cell.padStart(widths[i]!))).join(' '))
}

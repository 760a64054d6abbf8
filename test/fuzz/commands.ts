/**
 * The real command line with hostile names, keys, manifests, packs and options. As a script it tries many:
 *
 *     node --import tsx test/fuzz/commands.ts 300
 *
 * prints every case that ends in a trace, a "mistake", a raw control character, or takes too much memory or time, and ends with 1.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import JSON5 from 'json5'
import { hostileName, hostileText, unshown } from '../support/hostile-texts.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const MOST_MIB = 1000
const MOST_SECONDS = 10

/** What a case is made of. */
interface Hostile {
  readonly place: string
  readonly text: string
  readonly name: string
  readonly number: string
}

/** Prepares what a command needs, and gives its words. */
type Kind = (hostile: Hostile) => string[]

/** Writes a file of the case and gives its path relative to it. */
function file(place: string, name: string, content: string | object): string {
  writeFileSync(join(place, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

function folderWith(place: string, name: string, inner: string, content: string | object): string {
  mkdirSync(join(place, name), { recursive: true })
  file(join(place, name), inner, content)
  return name
}

const json5 = (value: unknown) => JSON5.stringify(value)

/** A manifest in which every text is the hostile one. */
const manifest = (text: string) => ({
  format: 'rephoto-run',
  formatVersion: 1,
  status: 'complete',
  error: text,
  created: text,
  versions: { rephoto: text, node: text },
  git: null,
  machine: { platform: text, cpu: text, cores: 2, memoryGiB: 16, host: text },
  process: { pid: 1, host: text },
  input: { name: text, sha256: text, width: 8, height: 8 },
  pack: { name: text, size: 8, licences: [text], files: [{ file: text, sha256: text }] },
  seed: 0,
  device: text,
  threads: 1,
  stages: [{ coarse: 8, steps: 1 }],
  stepsDone: 1,
  stepsTotal: 1,
  timings: { [text || 'x']: 1 },
  peakMemoryMiB: 1,
  resumed: 0,
  warnings: [text],
})

function pack({ place, text }: Hostile): string {
  const pack = JSON.parse(readFileSync(join(root, 'models/compact/pack.json'), 'utf8')) as Record<string, object>
  const networks = Object.entries(pack.networks!).map(([role, network]) => [role, { ...network, licence: text || 'x' }])
  folderWith(place, 'pack', 'pack.json', {
    ...pack,
    title: text || 'x',
    description: text,
    networks: Object.fromEntries(networks),
  })
  return './pack'
}

function sweepFolder({ place, text }: Hostile): string {
  return folderWith(place, 'sweep', 'sweep.json', {
    format: 'rephoto-sweep',
    formatVersion: 1,
    name: text,
    description: text,
    base: text,
    conditions: [{ name: text, label: text, set: { [text]: text } }],
    inputs: [{ name: text, truth: false }],
    seeds: [0],
    runs: [
      { name: text, folder: text, condition: text, input: text, seed: 0, status: 'failed', error: text, hash: '' },
    ],
  })
}

/** A picture that is one. */
function realPicture({ place }: Hostile): string {
  cpSync(join(root, 'examples/antique-b.png'), join(place, 'a.png'))
  return 'a.png'
}

/** Keys of a style transfer, each with something hostile, so that it is refused before it computes. */
const hostileStyle = ({ text, number }: Hostile) => ({
  styles: [{ picture: text, mask: text, weight: number }],
  content: { layers: [text] },
  network: { role: text },
  start: { from: text, picture: text },
})

function experiment(hostile: Hostile, more: object = {}): string {
  const { place, text } = hostile
  const content = { name: text || 'x', description: text, inputs: [{ files: realPicture(hostile) }], ...more }
  return file(place, 'experiment.json5', json5(content))
}

/** The kinds of use, each with a hostile part; none of them starts a run that would take long. */
export const kinds: Readonly<Record<string, Kind>> = {
  'a command': ({ text }) => [text],
  'an option': ({ text }) => ['run', 'x.png', `--${text}`],
  'a value': ({ text, place }) => ['run', file(place, 'x.png', 'junk'), '--sensitivity', text],
  'a number': ({ number, place }) => ['run', file(place, 'x.png', 'junk'), `--seed=${number}`],
  threads: ({ number, place }) => ['run', file(place, 'x.png', 'junk'), `--threads=${number}`],
  'a key by --set': ({ text }) => ['run', 'quickstart', '--set', `${text}=1`],
  'a value by --set': ({ text, place }) => ['run', file(place, 'x.png', 'junk'), '--set', `pack=${text}`],
  'a number by --set': ({ number, place }) => [
    'run',
    file(place, 'x.png', 'junk'),
    '--set',
    `align.transformSize=${number}`,
  ],
  'a preset': ({ text }) => ['run', 'x.png', '--preset', text],
  'a pack': ({ text, place }) => ['run', file(place, 'x.png', 'junk'), '--pack', text],
  'a picture that is none': ({ name, place }) => ['align', '--', file(place, name, 'junk')],
  'a picture that is missing': ({ name }) => ['guess', '--', name],
  pictures: ({ name, place }) => ['run', '--', file(place, name, 'junk'), 'another.png'],
  'a folder': ({ name, place }) => ['run', '--', folderWith(place, name, 'a.png', 'junk')],
  'a key of a config': ({ text, place }) => ['run', file(place, 'c.json5', json5({ [text]: 1 }))],
  'a value of a config': ({ text, place }) => [
    'encode',
    file(place, 'c.json5', json5({ extends: 'antique-b', input: text })),
  ],
  'a style': ({ name, place }) => ['stylize', file(place, 'x.png', 'junk'), '--style', file(place, name, 'junk')],
  'a style that is missing': (hostile) => ['stylize', realPicture(hostile), '--style', `./${hostile.name}`],
  'a value of a style config': (hostile) => [
    'run',
    file(hostile.place, 'c.json5', json5({ method: 'stylize', input: realPicture(hostile), ...hostileStyle(hostile) })),
  ],
  'a key of a style by --set': (hostile) => ['stylize', realPicture(hostile), '--set', `${hostile.text}=1`],
  'a number of a style by --set': (hostile) => [
    'stylize',
    realPicture(hostile),
    '--style',
    realPicture(hostile),
    '--set',
    `size.scales=[${hostile.number}]`,
    '--set',
    `style.weight=${hostile.number}`,
  ],
  'a method': ({ text, place }) => ['run', file(place, 'c.json5', json5({ method: text, input: 'a.png' }))],
  'a style run, resumed': ({ text, place }) => [
    'resume',
    folderWith(place, 'r', 'manifest.json', { ...manifest(text), method: 'stylize', status: 'partial' }),
  ],
  'a style run, reported': ({ text, place }) => [
    'report',
    folderWith(place, 'r', 'manifest.json', { ...manifest(text), method: 'stylize' }),
  ],
  'a run of a method that is none': ({ text, place }) => [
    'report',
    folderWith(place, 'r', 'manifest.json', { ...manifest(text), method: text }),
  ],
  'a config extended': ({ text, place }) => ['export', file(place, 'c.json5', json5({ extends: [text] }))],
  'a text for a config': ({ text, place }) => ['run', file(place, 'c.json5', `{ input: ${text} }`)],
  'the name of a config': ({ name, place }) => ['run', '--', file(place, `${name.slice(0, 40)}.json5`, '{ sede: 1 }')],
  'a manifest, resumed': ({ text, place }) => [
    'resume',
    folderWith(place, 'r', 'manifest.json', { ...manifest(text), status: 'running' }),
  ],
  'a manifest, reported': ({ text, place }) => ['report', folderWith(place, 'r', 'manifest.json', manifest(text))],
  'a manifest, compared': ({ text, place }) => [
    'compare',
    folderWith(place, 'r', 'manifest.json', manifest(text)),
    '--out',
    'c',
  ],
  'a run that is none': ({ name, place }) => ['report', '--', folderWith(place, name, 'x', 'junk')],
  'a sweep, compared': (hostile) => ['compare', sweepFolder(hostile), '--out', 'c'],
  'a gallery': (hostile) => [
    'compare',
    sweepFolder(hostile),
    '--gallery',
    '--out',
    'c',
    '--title',
    hostile.text || 'x',
  ],
  'an experiment, listed': (hostile) => ['sweep', experiment(hostile), '--dry-run'],
  'conditions, listed': (hostile) => [
    'sweep',
    experiment(hostile, { conditions: { list: [{ name: hostile.text, label: hostile.text }, { name: 'b' }] } }),
    '--dry-run',
  ],
  'options of sbatch': (hostile) => [
    'sweep',
    experiment(hostile, { sbatch: [hostile.text] }),
    '--launcher',
    'slurm',
    '--dry-run',
  ],
  'inputs that are not there': ({ text, place }) => [
    'sweep',
    file(place, 'e.json5', json5({ inputs: [{ files: text }] })),
    '--dry-run',
  ],
  'a pack, listed': (hostile) => ['models', 'list', pack(hostile)],
  'a pack, listed as JSON': (hostile) => ['models', 'list', pack(hostile), '--json'],
  'a pack, verified': (hostile) => ['models', 'verify', pack(hostile), '--no-run'],
  'a pack, fetched': ({ text }) => ['models', 'fetch', text],
  'a pack, removed': ({ text }) => ['models', 'remove', text],
  'the path of a pack': ({ text }) => ['models', 'path', text],
  weights: ({ name, place }) => ['models', 'import', '--', file(place, name, 'junk')],
  'a recipe': ({ text, place }) => [
    'synth',
    '--out',
    's',
    '--config',
    file(place, 'r.json5', json5({ description: text, [text]: 1 })),
  ],
  'photographs of a set': ({ name, place }) => [
    'synth',
    '--out',
    's',
    '--align',
    'none',
    '--from',
    folderWith(place, `f${name}`, name, 'junk'),
  ],
}

/** How a case ended. */
export interface Tried {
  readonly kind: string
  readonly args: readonly string[]
  readonly code: number | null
  readonly output: string
  readonly seconds: number
  readonly mib: number
  /** What is wrong with it; nothing is the rule. */
  readonly faults: readonly string[]
}

/** Tries one kind with texts drawn by a seed. */
export async function tryKind(kind: string, seed: number): Promise<Tried> {
  const place = mkdtempSync(join(tmpdir(), 'rephoto-fuzz-'))
  try {
    const numbers = [
      'NaN',
      '-1',
      '1e999',
      '1e308',
      '99999999999',
      '100000',
      '1.5',
      '0x10',
      '',
      '--',
      '1_000',
      '4294967296',
    ]
    const [[text, name, number]] = fc.sample(fc.tuple(hostileText, hostileName, fc.constantFrom(...numbers)), {
      numRuns: 1,
      seed,
    }) as [[string, string, string]]
    // No argument can hold a NUL or half a character, however hostile its author.
    const plain = text.replaceAll(/[\0\p{Cs}]/gu, '_')
    const args = kinds[kind]!({ place, text: plain, name, number })
    const { code, output, seconds, mib } = await started(args, place)
    const control = unshown(output)
    const faults = [
      ...(control === undefined ? [] : [`shows ${control}`]),
      ...(/looks like a mistake in rephoto/u.test(output) ? ['calls itself mistaken'] : []),
      ...(/^\s+at .*:\d+:\d+\)?$/mu.test(output) ? ['prints a trace'] : []),
      ...(code === null ? ['was killed'] : []),
      ...(seconds > MOST_SECONDS ? [`took ${seconds.toFixed(1)} s`] : []),
      ...(mib > MOST_MIB ? [`took ${mib} MiB`] : []),
      ...(output.split('\n').some((line) => line.length > 2500) ? ['prints a line that nobody reads'] : []),
    ]
    return { kind, args, code, output, seconds, mib, faults }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function started(args: readonly string[], cwd: string): Promise<Pick<Tried, 'code' | 'output' | 'seconds' | 'mib'>> {
  const env = { ...process.env, REPHOTO_CACHE: join(cwd, 'cache') }
  const child = spawn(process.execPath, [join(root, 'bin/rephoto.js'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let mib = 0
  // Of the processor: a busy machine is no fault of the command.
  let seconds = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      output += chunk
    })
  }
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      const [user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /su, '')
        .split(' ')
        .slice(11, 13)
      seconds = (Number(user) + Number(system)) / 100
      mib = Math.max(mib, Math.round(Number(/VmHWM:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1024))
    } catch {
      // It just ended, or this system has no /proc.
    }
  }, 50)
  const stop = setTimeout(() => child.kill('SIGKILL'), 120_000)
  return new Promise((done) => {
    child.on('close', (code) => {
      clearInterval(look)
      clearTimeout(stop)
      done({ code, output, seconds, mib })
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = Number(process.argv[2] ?? 300)
  const first = Number(process.argv[3] ?? 1)
  const names = Object.keys(kinds)
  let faulty = 0
  let most = { seconds: 0, mib: 0 }
  let next = 0
  const work = async () => {
    while (next < count) {
      const number = next++
      const tried = await tryKind(names[number % names.length]!, first + number)
      most = { seconds: Math.max(most.seconds, tried.seconds), mib: Math.max(most.mib, tried.mib) }
      if (tried.faults.length === 0) continue
      faulty++
      console.log(`${first + number} ${tried.kind}: ${tried.faults.join(', ')}`)
      console.log(JSON.stringify({ args: tried.args, output: tried.output.slice(0, 1500) }))
    }
  }
  await Promise.all([work(), work()])
  console.log(
    `${count} cases of ${names.length} kinds, ${faulty} with faults; at most ${most.seconds.toFixed(1)} s, ${most.mib} MiB`,
  )
  if (faulty > 0) process.exitCode = 1
}

// The direction of imports: rooms and files without circles, methods that know no other, lists that only their readers know.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Import {
  readonly from: string
  readonly to: string
  /** Only types: gone when it runs. */
  readonly typed: boolean
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
const imports = files.flatMap(importsOf)
const running = imports.filter(({ typed }) => !typed)

function importsOf(from: string): Import[] {
  const text = readFileSync(join('src', from), 'utf8')
  const matches = text.matchAll(/^(?:import|export)( type)? [^'"`;]*?from '(\.[^']+)'$|^import '(\.[^']+)'$/gmu)
  return [...matches].map((match) => ({
    from,
    to: normalize(join(dirname(from), match[2] ?? match[3]!)).replaceAll('\\', '/'),
    typed: match[1] !== undefined,
  }))
}

/** Lists of what there is stand above the rooms that they name, what a thing in them is stands below. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'networks, the list': ['networks/networks.ts', 'networks/roles.ts', 'networks/document.ts'],
  'methods, the list': [
    'list',
    'configs',
    'methods',
    'complete',
    'measure-again',
    'preview',
    'readers',
    'repeat',
    'runner',
  ].map((name) => `methods/${name}.ts`),
}

function roomOf(file: string): string {
  const list = Object.entries(LISTS).find(([, members]) => members.includes(file))
  if (list) return list[0]
  const [room, ...rest] = file.split('/')
  return room === 'methods' && rest.length > 1 ? `methods/${rest[0]}` : rest.length === 0 ? file : room!
}

/** Circles of a graph: what can be reached from itself. */
function circles(edges: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, Set<string>>()
  for (const [a, b] of edges) if (a !== b) next.set(a, (next.get(a) ?? new Set()).add(b))
  const reaches = (start: string): boolean => {
    const seen = new Set<string>()
    const queue = [...(next.get(start) ?? [])]
    for (let here = queue.pop(); here !== undefined; here = queue.pop()) {
      if (here === start) return true
      if (seen.has(here)) continue
      seen.add(here)
      queue.push(...(next.get(here) ?? []))
    }
    return false
  }
  return [...next.keys()].filter(reaches)
}

it('finds a circle where there is one', () => {
  expect(
    circles([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['c', 'd'],
    ]),
  ).toEqual(['a', 'b', 'c'])
  expect(running.length).toBeGreaterThan(500)
})

it('no room imports one that imports it', () => {
  expect(circles(running.map(({ from, to }) => [roomOf(from), roomOf(to)]))).toEqual([])
})

it('no file imports one that imports it, but for ops whose gradients are made of each other', () => {
  const ops = ['graph/elementwise.ts', 'graph/layout.ts', 'graph/reduce.ts']
  expect(circles(running.map(({ from, to }) => [from, to])).sort()).toEqual(ops)
})

describe('methods', () => {
  const isMethod = (file: string) => /^methods\/[^/]+\//u.test(file)

  it('know no other', () => {
    const others = imports.filter(({ from, to }) => isMethod(from) && isMethod(to) && roomOf(from) !== roomOf(to))
    expect(others).toEqual([])
  })

  it('are known to their list alone, and to what is made for portraits', () => {
    const outside = imports.filter(({ from, to }) => isMethod(to) && !isMethod(from))
    const rooms = new Set(outside.map(({ from }) => roomOf(from)))
    // Changing a face, and the package's own functions, are of portraits by themselves.
    expect([...rooms].sort()).toEqual(['cli', 'index.ts', 'methods, the list'])
    expect(new Set(outside.map(({ from }) => from).filter((from) => from.startsWith('cli/')))).toEqual(
      new Set(['cli/carry-out-edit.ts']),
    )
    const stylize = outside.filter(({ to }) => to.startsWith('methods/stylize/'))
    expect(stylize.map(({ from }) => from)).toEqual(['methods/list.ts'])
  })

  it('compute only what is asked for: their list brings nothing that opens packs, pictures or engines', () => {
    const next = new Map<string, string[]>()
    for (const { from, to } of running) next.set(from, [...(next.get(from) ?? []), to])
    const reached = new Set(['methods/list.ts'])
    for (const file of reached) for (const to of next.get(file) ?? []) reached.add(to)
    const heavy =
      /^(?:models|align|forward|restore|upscalers|report\/(?!html)|engine\/(?:onnxruntime|tfjs))|\/job\.ts$|^images\/read/u
    expect([...reached].filter((file) => heavy.test(file))).toEqual([])
  })

  it('are read only by what runs, sweeps and takes commands', () => {
    const readers = imports.filter(({ from, to }) => roomOf(to) === 'methods, the list' && roomOf(from) !== roomOf(to))
    expect([...new Set(readers.map(({ from }) => roomOf(from)))].sort()).toEqual(['chain', 'cli', 'index.ts', 'sweep'])
  })
})

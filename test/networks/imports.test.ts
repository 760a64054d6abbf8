// Who may import whom around networks: the rooms see what a network is, the list sees the rooms, packs see the list.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const rooms = ['encoders', 'features', 'generator', 'painters', 'parsing', 'restore', 'styles', 'upscalers'] as const

/** Files of a folder of src, each with the files of src that it imports. */
function importsOf(folder: string): [file: string, imported: string[]][] {
  return readdirSync(join('src', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join('src', folder, name)
      const found = readFileSync(path, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)
      return [join(folder, name), [...found].map(([, to]) => relative('src', resolve(dirname(path), to!)))]
    })
}

test('src/networks knows graphs and weight files, and only the list knows the rooms', () => {
  const files = importsOf('networks')
  expect(files.length).toBeGreaterThan(5)
  for (const [file, imported] of files) {
    const allowed =
      file === 'networks/networks.ts' ? [...rooms, 'networks'] : ['networks', 'graph', 'checkpoint', 'error.ts']
    for (const to of imported) expect(allowed, `${file} imports ${to}`).toContain(to.split('/')[0])
  }
})

test('no room knows the list, or packs', () => {
  for (const room of rooms)
    for (const [file, imported] of importsOf(room))
      for (const to of imported)
        expect(to, `${file} imports ${to}`).not.toMatch(/^(?:models\/|networks\/(?:networks|roles|document)\.ts)/)
})

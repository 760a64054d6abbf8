// The sitters that no training has seen (heldout.txt, heldout-more.txt), with their ages where somebody knows them.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Sitter {
  /** Without folders and ending. */
  readonly name: string
  readonly file: string
  readonly age: number | undefined
}

const list = (name: string): string[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split('\n')

/**
 * Photographs in colour: of heldout.txt, and those of faces-more.tar from 50 years on.
 * @param faces folder with the unpacked archives, each in a folder of its name
 * @param count of each kind, evenly over the lists
 */
export function heldoutFaces(faces: string, count: number): { readonly any: Sitter[]; readonly old: Sitter[] } {
  const ages = agesOf(join(faces, 'faces-more', 'ages.csv'))
  const any = list('heldout.txt').map((path) => sitter(join(faces, 'faces-256', path), undefined))
  const old = list('heldout-more.txt')
    .filter((path) => path.startsWith('faces-more/') && !path.includes('-bw/'))
    .map((path) => sitter(join(faces, `${path}.webp`), ages.get(path.slice('faces-more/'.length))))
    .filter(({ age }) => age !== undefined && age >= 50)
  return { any: evenly(any, count), old: evenly(old, count) }
}

function sitter(file: string, age: number | undefined): Sitter {
  if (!existsSync(file))
    throw new Error(`${file}: expected a held-out photograph, found none; unpack the archives there`)
  return {
    name: file
      .split('/')
      .slice(-2)
      .join('-')
      .replace(/\.webp$/u, ''),
    file,
    age,
  }
}

function agesOf(path: string): ReadonlyMap<string, number> {
  const rows = readFileSync(path, 'utf8').trim().split('\n').slice(1)
  return new Map(rows.map((row) => row.split(',')).map(([file, age]) => [file!.replace(/\.webp$/u, ''), Number(age)]))
}

function evenly<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(count - 1, 1))]!)
}

/** Headers of a JPEG (ITU-T T.81, B.2): frame, code tables, quantization tables. */
import type { Component } from './jpeg-blocks.ts'
import { type HuffmanTable, huffmanTable } from './jpeg-huffman.ts'
import { Damage } from './verdict.ts'

/** A frame header, with room for what its scans tell. */
export interface Frame {
  readonly progressive: boolean
  readonly components: readonly Component[]
  readonly mcusAcross: number
  readonly mcusDown: number
}

/** T.81 has places for four of each. */
export interface Tables {
  readonly steps: (Uint16Array | undefined)[]
  readonly dc: (HuffmanTable | undefined)[]
  readonly ac: (HuffmanTable | undefined)[]
  restart: number
}

/** @returns undefined for frames that aren't judged */
export function readFrame(body: Uint8Array, progressive: boolean): Frame | undefined {
  const [precision = 0, h1 = 0, h2 = 0, w1 = 0, w2 = 0, count = 0] = body
  const height = (h1 << 8) | h2
  const width = (w1 << 8) | w2
  if (precision !== 8 || height === 0 || width === 0 || count === 0 || count > 4) return undefined
  if (body.length < 6 + 3 * count) throw new Damage('its frame header is broken')
  const given = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, quantization = 0] = body.subarray(6 + 3 * i)
    return { id, h: sampling >> 4, v: sampling & 15, quantization }
  })
  if (given.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw new Damage('its frame header is broken')
  const most = { h: Math.max(...given.map(({ h }) => h)), v: Math.max(...given.map(({ v }) => v)) }
  const mcusAcross = Math.ceil(width / (8 * most.h))
  const mcusDown = Math.ceil(height / (8 * most.v))
  const components = given.map(({ id, h, v, quantization }): Component => {
    const storedAcross = mcusAcross * h
    const storedDown = mcusDown * v
    const missingBits = new Uint8Array(64).fill(255)
    return {
      id,
      h,
      v,
      quantization,
      across: Math.ceil(Math.ceil((width * h) / most.h) / 8),
      down: Math.ceil(Math.ceil((height * v) / most.v) / 8),
      storedAcross,
      storedDown,
      dc: new Int32Array(storedAcross * storedDown),
      known: progressive ? new Uint32Array(2 * storedAcross * storedDown) : undefined,
      missingBits,
    }
  })
  return { progressive, components, mcusAcross, mcusDown }
}

export function readHuffman(body: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const place = body[at]!
    const counts = body.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, n) => sum + n, 0)
    at += 17
    if (total > 256 || at + total > body.length || (place & 15) > 3 || place >> 4 > 1)
      throw new Damage('a code table of it is broken')
    tables[place >> 4 === 0 ? 'dc' : 'ac'][place & 15] = huffmanTable(counts, body.subarray(at, at + total))
    at += total
  }
}

export function readQuantization(body: Uint8Array, tables: Tables): void {
  for (let at = 0; at < body.length; ) {
    const wide = body[at]! >> 4
    const place = body[at++]! & 15
    const steps = new Uint16Array(64)
    if (place > 3 || wide > 1 || at + 64 * (wide + 1) > body.length) throw new Damage('a quantization table is broken')
    for (let k = 0; k < 64; k++) {
      steps[k] = wide === 1 ? (body[at + 2 * k]! << 8) | body[at + 2 * k + 1]! : body[at + k]!
      if (steps[k] === 0) throw new Damage('a quantization table is broken')
    }
    at += 64 * (wide + 1)
    tables.steps[place] = steps
  }
}

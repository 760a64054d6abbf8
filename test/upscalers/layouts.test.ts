// Networks that enlarge in every layout that people have: the same network under other names, in other containers, answers alike.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import type { TensorSource } from '../../src/checkpoint/value.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { constant } from '../../src/graph/tensor.ts'
import { filesOf, openNetwork } from '../../src/methods/upscale/network.ts'
import type { LoadedPack } from '../../src/models/load.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { floatToHalf } from '../../src/numbers/half.ts'
import { formulaImage } from '../support/formula.ts'
import { esrganShapes, formulaTensors, type NamedShapes, srvggShapes } from '../support/upscaler-tensors.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-layouts-'))
afterAll(() => rmSync(place, { recursive: true }))

const small = { width: 16, growth: 8 }
const noPack = undefined as unknown as LoadedPack
const picture = constant(formulaImage('layouts', 3, 6, 5), [1, 3, 6, 5])

type Tensors = ReadonlyMap<string, TensorSource>

function fileOf(name: string, tensors: Tensors): string {
  const path = join(place, `${name}.safetensors`)
  const written = [...tensors].map(([key, { shape, read }]) => [key, { dtype: 'F32', shape, data: read }] as const)
  writeSafetensors(path, Object.fromEntries(written))
  return path
}

const renamed = (tensors: Tensors, name: (key: string) => string): Tensors =>
  new Map([...tensors].map(([key, tensor]) => [name(key), tensor]))

async function answerOf(file: string, blend: string | null = null, share = 1) {
  const { network, close } = openNetwork({ network: { file, blend, share } }, noPack)
  try {
    const { y } = await runOnce({ y: network.build(picture) })
    return { title: network.title, y: [...y!] }
  } finally {
    close()
  }
}

const rrdb = (options: Parameters<typeof esrganShapes>[1] = {}, blocks = 2) =>
  formulaTensors('layouts', esrganShapes(blocks, { ...small, ...options }))

const basicsr = (key: string) =>
  key
    .replace(/^RRDB_trunk\.(\d)\.RDB(\d)/u, 'body.$1.rdb$2')
    .replace('trunk_conv', 'conv_body')
    .replace('upconv', 'conv_up')
    .replace('HRconv', 'conv_hr')

const oldest = (blocks: number, ups: number) => (key: string) =>
  key
    .replace('conv_first', 'model.0')
    .replace(/^RRDB_trunk\.(\d)\.(RDB\d\.conv\d)/u, 'model.1.sub.$1.$2.0')
    .replace('trunk_conv', `model.1.sub.${blocks}`)
    .replace(/^upconv(\d)/u, (_, up: string) => `model.${3 * Number(up)}`)
    .replace('HRconv', `model.${3 * ups + 2}`)
    .replace('conv_last', `model.${3 * ups + 4}`)

describe('an RRDBNet', () => {
  it('answers alike in the names of ESRGAN, BasicSR, the oldest, and within wrappers', async () => {
    const expected = await answerOf(fileOf('esrgan', rrdb()))
    expect(expected.title).toBe('RRDB ×4, 16 wide, 2 blocks')
    const layouts = {
      basicsr: renamed(rrdb(), basicsr),
      ema: new Map([
        ...renamed(rrdb(), (key) => `params_ema.${basicsr(key)}`),
        ...formulaTensors('other', new Map([['params.conv_first.weight', [1, 1, 1, 1]]])),
      ]),
      wrapped: renamed(rrdb(), (key) => `state_dict.module.${key}`),
      oldest: renamed(rrdb(), oldest(2, 2)),
    }
    for (const [name, tensors] of Object.entries(layouts))
      expect(await answerOf(fileOf(name, tensors))).toEqual(expected)
  })

  it.each([
    [0, 3, 1],
    [1, 3, 2],
    [3, 3, 8],
    [2, 48, 1],
  ])('of %i doublings and %i channels enlarges by its own scale', async (ups, inputs, scale) => {
    const file = fileOf(`ups${ups}-${inputs}`, rrdb({ ups, inputs }))
    const { network, close } = openNetwork({ network: { file, blend: null, share: 1 } }, noPack)
    expect(network).toMatchObject({ scale, title: `RRDB ×${scale}, 16 wide, 2 blocks` })
    const side = 8
    expect(network.build(constant(new Float32Array(3 * side ** 2), [1, 3, side, side])).shape).toEqual([
      1,
      3,
      side * scale,
      side * scale,
    ])
    close()
    if (inputs > 3) return
    const old = fileOf(`old${ups}`, renamed(rrdb({ ups, inputs }), oldest(2, ups)))
    expect((await answerOf(old)).y).toEqual((await answerOf(file)).y)
  })

  it('with the shortcuts of ESRGAN+ answers as spandrel does', async () => {
    const plain = esrganShapes(1, { width: 16, growth: 32 })
    const shortcuts = [1, 2, 3].map((j) => [`RRDB_trunk.0.RDB${j}.conv1x1.weight`, [32, 16, 1, 1]] as const)
    // Its names in the formula are the oldest, as spandrel has them.
    const named = (key: string) =>
      key.includes('conv1x1') ? key.replace('RRDB_trunk.0', 'model.1.sub.0') : oldest(1, 2)(key)
    const shapes: NamedShapes = new Map([...plain, ...shortcuts])
    const { y } = await answerOf(fileOf('plus', renamed(formulaTensors('plus', shapes, '', named), named)))
    for (const [i, expected] of Object.entries(PLUS)) expect(y[Number(i)]).toBeCloseTo(expected, 5)
  })

  it('that lacks something, or contradicts itself, is named with what is amiss', () => {
    const lacking = new Map([...rrdb()].filter(([key]) => key !== 'RRDB_trunk.1.RDB2.conv4.bias'))
    expect(() => openFile(fileOf('lacking', lacking))).toThrow(
      /lacking\.safetensors: looks like an RRDBNet but lacks "body\.1\.rdb2\.conv4\.bias"/,
    )
    const wide = new Map([...rrdb(), ...formulaTensors('x', new Map([['HRconv.weight', [16, 24, 3, 3]]]))])
    expect(() => openFile(fileOf('wide', wide))).toThrow(
      /looks like an RRDBNet but "conv_hr\.weight" is \[16, 24, 3, 3\] where \[16, 16, 3, 3\] was expected/,
    )
  })
})

const openFile = (file: string) => openNetwork({ network: { file, blend: null, share: 1 } }, noPack)

/** Values at these places of spandrel 0.4's RRDBNet with plus=True on the formula (PyTorch, float32). */
const PLUS: Record<number, number> = {
  0: 1.08155357837677,
  100: 2.069206953048706,
  500: -1.322866678237915,
  1000: 0.436185359954834,
  1439: -0.350433349609375,
}

const compact = (prefix = 'compact') => formulaTensors(prefix, srvggShapes(2, { width: 8, scale: 2 }))

/** An ncnn pair of convolutions and slopes. */
function ncnnPair(name: string, tensors: Tensors, slopes: boolean): string {
  const lines: string[] = ['Input            data 0 1 data']
  const parts: Buffer[] = []
  for (const [key, { shape, read }] of tensors) {
    const values = read()
    if (shape.length === 4) {
      const tag = Buffer.alloc(4)
      tag.writeUInt32LE(0x01306b47)
      const halves = Uint16Array.from(values, floatToHalf)
      parts.push(tag, Buffer.from(halves.buffer), Buffer.alloc((4 - (halves.byteLength % 4)) % 4))
      lines.push(`Convolution      ${key} 1 1 a b 0=${shape[0]} 1=3 4=1 5=1 6=${values.length}`)
    } else {
      parts.push(Buffer.from(values.buffer))
      if (key.endsWith('.weight')) lines.push(`PReLU            ${key} 1 1 a b 0=${shape[0]}`)
    }
  }
  if (!slopes) lines.push('Interp           up 1 1 a b 0=1 1=2.0e+00 2=2.0e+00')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, `${name}.bin`), Buffer.concat(parts))
  const file = join(place, `${name}.param`)
  writeFileSync(file, ['7767517', `${lines.length} ${lines.length}`, ...lines, ''].join('\n'))
  return file
}

describe('an ncnn pair', () => {
  it('is read as the network whose layers it has, in half precision', async () => {
    for (const [name, tensors, slopes] of [
      ['compact', compact(), true],
      ['rrdb', rrdb(), false],
    ] as const) {
      const expected = await answerOf(fileOf(`${name}-single`, tensors))
      const got = await answerOf(ncnnPair(name, tensors, slopes))
      expect(got.title).toBe(expected.title)
      const norm = Math.hypot(...expected.y)
      expect(Math.hypot(...got.y.map((v, i) => v - expected.y[i]!)) / norm).toBeLessThan(2e-3)
    }
  })

  it('that is not whole, or not a pair, is refused in one line', () => {
    const file = ncnnPair('broken', compact(), true)
    const bin = join(place, 'broken.bin')
    const whole = readFileSync(bin)
    writeFileSync(bin, whole.subarray(0, whole.length - 40))
    expect(() => openCheckpoint(file)).toThrow(
      /broken\.bin: expected at least \d+ bytes, up to the layer "body\.6\.\w+", found \d+; the file is incomplete, or of another \.param$/,
    )
    writeFileSync(bin, Buffer.concat([whole, Buffer.alloc(8)]))
    expect(() => openCheckpoint(file)).toThrow(
      /broken\.bin: expected \d+ bytes by its \.param, found \d+; it is of another/,
    )
    writeFileSync(bin, Buffer.concat([Buffer.from([9, 9, 9, 9]), whole.subarray(4)]))
    expect(() => openCheckpoint(file)).toThrow(/expected weights of 32 or 16 bits, found quantised ones/)
    writeFileSync(bin, whole)
    expect(() => openCheckpoint(bin)).toThrow(/it is the \.bin of an ncnn pair; name the \.param beside it/)
    rmSync(bin)
    expect(() => openCheckpoint(file)).toThrow(/expected the weights of this ncnn model beside it, in "broken\.bin"/)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.split('\n').slice(0, -3).join('\n'))
    expect(() => openCheckpoint(file)).toThrow(/expected 8 layers, found 6; the file is incomplete/)
  })
})

/** A tfjs layers-model in one shard. */
function tfjsModel(name: string, tensors: Tensors): string {
  const folder = join(place, name)
  mkdirSync(folder)
  const weights = [...tensors].map(([key, { shape }]) => ({ name: key, shape, dtype: 'float32' }))
  writeFileSync(
    join(folder, 'shard.bin'),
    Buffer.concat([...tensors.values()].map(({ read }) => Buffer.from(read().buffer))),
  )
  const file = join(folder, 'model.json')
  writeFileSync(file, JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ['shard.bin'], weights }] }))
  return file
}

const keras = (name: string, o: number, i: number, k = 3): [string, number[]][] => [
  [`${name}/kernel`, [k, k, i, o]],
  [`${name}/bias`, [o]],
]

describe('a layers-model of UpscalerJS', () => {
  it('is read as the residual dense network that it is', async () => {
    const slim = formulaTensors(
      'slim',
      new Map([
        ...['F_m1', 'F_0'].flatMap((name, i) => keras(name, 8, i === 0 ? 3 : 8)),
        ...[1, 2].flatMap((d) => [...keras(`F_${d}_1`, 4, 8), ...keras(`LFF_${d}`, 8, 12, 1)]),
        ...[...keras('GFF_1', 8, 16, 1), ...keras('GFF_2', 8, 8), ...keras('UPN1', 8, 8, 5), ...keras('UPN2', 4, 8)],
        ...[...keras('UPN3', 12, 4), ...keras('SR', 3, 12)],
      ]),
    )
    const thick = formulaTensors(
      'thick',
      new Map([
        ...keras('Pre_blocks_conv', 8, 3),
        ...[1, 2].flatMap((t) =>
          [1, 2].flatMap((d) => [
            ...keras(`F_${t}_${d}_1`, 4, 8),
            ...keras(`F_${t}_${d}_2`, 4, 12),
            ...keras(`LFF_${t}_${d}`, 8, 16),
          ]),
        ),
        ...[...keras('post_blocks_conv', 8, 8), ...keras('PreShuffle', 27, 8), ...keras('SR', 3, 3)],
      ]),
    )
    expect(await answerOf(tfjsModel('slim', slim))).toMatchObject({ title: 'RDN ×2, 2 dense blocks of 1' })
    expect(await answerOf(tfjsModel('thick', thick))).toMatchObject({ title: 'RRDN ×3, 2 blocks of 2×2' })
    slim.delete('UPN2/bias')
    expect(() => openFile(tfjsModel('less', slim))).toThrow(/looks like an RDN but lacks "UPN2\.bias"/)
  })
})

describe('two files', () => {
  it('are mixed weight by weight', async () => {
    const [a, b] = [fileOf('a', compact('a')), fileOf('b', compact('b'))]
    const half = new Map(
      [...compact('a')].map(([key, one]) => {
        const other = compact('b').get(key)!
        return [key, { ...one, read: () => one.read().map((v, i) => 0.25 * v + 0.75 * other.read()[i]!) }] as const
      }),
    )
    expect((await answerOf(a, b, 0.25)).y).toEqual((await answerOf(fileOf('half', half))).y)
    expect((await answerOf(a, b, 1)).y).toEqual((await answerOf(a)).y)
  })

  it('of different architectures are refused with what differs', async () => {
    const [a, b] = [
      fileOf('one', compact()),
      fileOf('deep', formulaTensors('c', srvggShapes(3, { width: 8, scale: 2 }))),
    ]
    await expect(answerOf(a, b, 0.5)).rejects.toThrow(
      /one\.safetensors and .*deep\.safetensors: expected two networks of one architecture, found "body\./,
    )
  })
})

it('files beside the one that is named have a part in a run', () => {
  const file = ncnnPair('beside', compact(), true)
  const blend = tfjsModel('shards', compact())
  expect(filesOf({ network: { file, blend, share: 1 } })).toEqual([
    join(place, 'beside.bin'),
    join(place, 'shards/shard.bin'),
  ])
  expect(filesOf({ network: { file: null, blend: null, share: 1 } })).toEqual([])
})

it('a file of another network is called what it is', () => {
  const vgg = new Map(
    [0, 2, 5, 7, 10, 12, 14, 17, 19, 21].flatMap((n, i): [string, number[]][] => [
      [`features.${n}.weight`, [4, i === 0 ? 3 : 4, 3, 3]],
      [`features.${n}.bias`, [4]],
    ]),
  )
  const file = fileOf('vgg', formulaTensors('v', vgg))
  const names = findNetworks(openCheckpoint(file)).map(({ title }) => title)
  expect(() => openFile(file)).toThrow(`vgg.safetensors: expected a network that enlarges, found ${names.join(', ')}`)
})

// Passes over tiles: the same as the whole where the margin covers what the network sees, no seam where it does not.
import { expect, it } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { eightWays } from '../../src/forward/eight-ways.ts'
import { liveBytes, tileSide } from '../../src/forward/memory.ts'
import type { ForwardNetwork } from '../../src/forward/network.ts'
import { mirrored, type PlanarPicture, passOverTiles, planTiles, type TileOptions } from '../../src/forward/tiles.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { leakyRelu, relu } from '../../src/graph/elementwise.ts'
import { flip, transpose } from '../../src/graph/layout.ts'
import { pixelShuffle, pixelUnshuffle } from '../../src/graph/shuffle.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

const WIDTH = 70
const HEIGHT = 43
const picture: PlanarPicture = {
  channels: 3,
  width: WIDTH,
  height: HEIGHT,
  data: formulaImage('tiles', 3, HEIGHT, WIDTH),
}

/** Convolutions, so deep that a pixel looks `depth` pixels far, behind and before a shuffle. */
function network(depth: number, scale: number, unshuffle = 1): ForwardNetwork {
  const kernel = (name: string, o: number, i: number) =>
    constant(formulaValues(name, o * i * 9, Math.sqrt(2 / (9 * i))), [o, i, 3, 3])
  return {
    title: 'a test',
    channelsIn: 3,
    channelsOut: 3,
    scale,
    multiple: unshuffle,
    radius: depth * unshuffle,
    build(x) {
      let h = pixelUnshuffle(x, unshuffle)
      for (let i = 0; i < depth; i++) {
        const last = i === depth - 1
        const [o, c] = [last ? 3 * (scale * unshuffle) ** 2 : 6, h.shape[1]!]
        h = conv2d(h, kernel(`${depth}/${i}`, o, c), { padding: 1 })
        if (!last) h = leakyRelu(h, 0.2)
      }
      return pixelShuffle(h, scale * unshuffle)
    },
  }
}

async function tiled(net: ForwardNetwork, options: TileOptions, of = picture): Promise<Float32Array> {
  const [w, h] = [of.width * net.scale, of.height * net.scale]
  const out = new Float32Array(net.channelsOut * w * h).fill(Number.NaN)
  const plan = planTiles(net, of, options)
  const done = await passOverTiles(net, of, {
    plan,
    compile: { threads: 1 },
    onRows({ top, count, data }) {
      for (let c = 0; c < net.channelsOut; c++)
        out.set(data.subarray(c * count * w, (c + 1) * count * w), (c * h + top) * w)
    },
  })
  expect(done).toBe(plan.count)
  return out
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)

it.each([
  ['plain', network(5, 2)],
  ['with cells of 2×2 taken together', network(3, 2, 2)],
] as const)('tiles of a network that looks no farther than the margin give the whole, %s', async (_, net) => {
  const whole = await tiled(net, { side: 512 })
  for (const side of [32, 40]) {
    const plan = planTiles(net, picture, { side, margin: net.radius })
    expect(plan.count).toBeGreaterThan(5)
    expect(largestDifference(await tiled(net, { side, margin: net.radius }), whole)).toBeLessThan(1e-5)
  }
  // The same margin short of what it sees is not the whole: the comparison can fail.
  expect(largestDifference(await tiled(net, { side: 32, margin: net.radius / 2 }), whole)).toBeGreaterThan(1e-3)
})

it('continues a picture by its mirror image, not by black', async () => {
  const net = network(5, 2)
  const flat = { ...picture, data: new Float32Array(picture.data.length).fill(0.7) }
  const out = await tiled(net, { side: 32, margin: 5 }, flat)
  // A cell of 2×2 pixels that repeats.
  const [w, h] = [2 * WIDTH, 2 * HEIGHT]
  for (let i = 0; i < out.length; i++) {
    const [x, y, c] = [i % w, Math.floor(i / w) % h, Math.floor(i / (w * h))]
    expect(out[i]).toBeCloseTo(out[(c * h + (y % 2)) * w + (x % 2)]!, 4)
  }
  expect([-2, -1, 0, 4, 5, 9].map((at) => mirrored(at, 5))).toEqual([2, 1, 0, 4, 3, 1])
  expect(mirrored(-7, 1)).toBe(0)
})

it('has no step across seams where the margin is too small', async () => {
  const net = network(24, 1)
  const [side, margin] = [48, 8]
  const plan = planTiles(net, picture, { side, margin })
  const whole = await tiled(net, { side: 512 })
  const out = await tiled(net, { side, margin })
  expect(largestDifference(out, whole)).toBeGreaterThan(1e-4)
  // What tiles change against the whole, from pixel to pixel: no more where a tile begins or ends than elsewhere.
  const change = (x: number) => {
    let sum = 0
    for (let row = 0; row < 3 * HEIGHT; row++) {
      const i = row * WIDTH + x
      sum += Math.abs(out[i]! - whole[i]! - out[i - 1]! + whole[i - 1]!)
    }
    return sum
  }
  const ends = plan.across.tiles.flatMap(({ start, count }) => [start, start + count])
  const seams = new Set(ends.filter((x) => x > 0 && x < WIDTH))
  expect(seams.size).toBeGreaterThan(0)
  const columns = Array.from({ length: WIDTH - 1 }, (_, i) => i + 1)
  const meanOf = (xs: number[]) => xs.map(change).reduce((a, b) => a + b, 0) / xs.length
  const [across, within] = [meanOf([...seams]), meanOf(columns.filter((x) => !seams.has(x)))]
  expect(across).toBeLessThan(1.5 * within)
})

it('takes the mean of eight orientations', async () => {
  const net = network(3, 2)
  const x = constant(picture.data.subarray(0, 3 * 20 * 20), [1, 3, 20, 20])
  const turn = (t: Tensor) => flip(transpose(t, [0, 1, 3, 2]), [3])
  const build = eightWays(net).build
  const { plain, turned } = await runOnce({ plain: turn(build(x)), turned: build(turn(x)) })
  expect(largestDifference(plain!, turned!)).toBeLessThan(1e-5)
  expect(await tiled(eightWays(net), { side: 32 })).toHaveLength(3 * WIDTH * HEIGHT * 4)
})

it('finds the side of a tile by the memory that there is', () => {
  const net = network(5, 2)
  const few = tileSide(net, { margin: 5, blend: 0, free: 4e6 })
  const many = tileSide(net, { margin: 5, blend: 0, free: 64e6 })
  expect(many).toBeGreaterThan(1.8 * few)
  expect(() => tileSide(net, { margin: 5, blend: 0, free: 1e4 })).toThrow(
    /^not enough memory: expected at least \d+ MB for a tile of 11 px \(a test\)/,
  )
})

it('counts what is alive at once', () => {
  const x = input('x', [1, 1, 10, 10])
  // x and the first; the second and the first, …: never three.
  expect(liveBytes([relu(relu(relu(x)))])).toBe(800)
})

it('stops between two tiles', async () => {
  const controller = new AbortController()
  const net = network(2, 1)
  const plan = planTiles(net, picture, { side: 24 })
  const rows: number[] = []
  const done = await passOverTiles(net, picture, {
    plan,
    compile: { threads: 1 },
    signal: controller.signal,
    onTile: (count) => count === 5 && controller.abort(),
    onRows: ({ top }) => rows.push(top),
  })
  expect([done, rows]).toEqual([5, [0]])
})

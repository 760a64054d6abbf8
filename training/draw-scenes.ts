// Draws examples/harbour.jpg, a content for style transfer, and examples/brushwork.jpg, a style: strokes along a flow. Both are
// ours, so that they can be shipped.
//   npx tsx training/draw-scenes.ts

import sharp from 'sharp'
import { randomStream } from '../src/numbers/random.ts'

const [width, height] = [512, 384]
const random = randomStream(7, 'scenes')
const between = (low: number, high: number) => low + (high - low) * random.uniform()
const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!

await write('harbour', harbour())
await write('brushwork', brushwork())

async function write(name: string, body: string): Promise<void> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`
  await sharp(Buffer.from(svg)).flatten().jpeg({ quality: 92 }).toFile(`examples/${name}.jpg`)
}

/** A bay in the evening: sun, hills, a town with lit windows, boats and their reflections. */
function harbour(): string {
  const gradient = (id: string, stops: readonly (readonly [number, string])[]) =>
    `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops
      .map(([at, color]) => `<stop offset="${at}" stop-color="${color}"/>`)
      .join('')}</linearGradient>`
  const defs = `<defs>${gradient('sky', [
    [0, '#3f6ea8'],
    [0.6, '#e9b98a'],
    [1, '#f6e2b8'],
  ])}${gradient('sea', [
    [0, '#d9b894'],
    [0.35, '#6d8fae'],
    [1, '#223f63'],
  ])}</defs>`
  const clouds = Array.from({ length: 9 }, () => {
    const [x, y, w] = [between(0, width), between(20, 120), between(40, 120)]
    return `<ellipse cx="${x}" cy="${y}" rx="${w}" ry="${w / 7}" fill="#fff3e0" opacity="${between(0.15, 0.5)}"/>`
  }).join('')
  const hills = ['#7d89a6', '#5d6f86', '#44586a']
    .map((color, layer) => {
      const base = 205 + 10 * layer
      const points = Array.from({ length: 33 }, (_, i) => {
        const x = (i * width) / 32
        const up = 34 - 9 * layer
        return `${x},${base - up - up * Math.sin(i / (3 + layer) + 2 * layer) * 0.8 - between(0, 5)}`
      })
      return `<polygon points="0,${base + 40} ${points.join(' ')} ${width},${base + 40}" fill="${color}"/>`
    })
    .join('')
  const walls = ['#c9b8a2', '#b58d6f', '#d8cfc0', '#a4736a', '#8d98a3']
  let town = ''
  for (let x = 190; x < width; ) {
    const [w, h] = [between(18, 34), between(26, 66)]
    const top = 244 - h
    town += `<rect x="${x}" y="${top}" width="${w}" height="${h}" fill="${pick(walls)}"/>`
    town += `<polygon points="${x - 2},${top} ${x + w / 2},${top - between(10, 20)} ${x + w + 2},${top}" fill="#7c3b30"/>`
    for (let wy = top + 6; wy < 236; wy += 11)
      for (let wx = x + 4; wx < x + w - 5; wx += 8)
        town += `<rect x="${wx}" y="${wy}" width="4" height="5" fill="${random.uniform() < 0.4 ? '#ffe08a' : '#3a3f4a'}"/>`
    x += w + between(-1, 4)
  }
  town +=
    '<rect x="300" y="130" width="22" height="114" fill="#cbb99c"/><polygon points="297,132 311,84 325,132" fill="#5c3a36"/>'
  const glitter = Array.from({ length: 420 }, () => {
    const y = 246 + 138 * random.uniform() ** 1.4
    const w = between(4, 10) + (y - 246) / 6
    return `<rect x="${between(-10, width)}" y="${y}" width="${w}" height="1.4" fill="${pick(['#f6e2b8', '#8fb2cf', '#1d3557', '#b9c8d6'])}" opacity="${between(0.2, 0.6)}"/>`
  }).join('')
  const boat = (x: number, y: number, s: number, hull: string) =>
    `<g transform="translate(${x} ${y}) scale(${s})"><polygon points="-46,0 46,0 32,18 -34,18" fill="${hull}"/><rect x="-2" y="-74" width="3" height="76" fill="#3b2a20"/><polygon points="3,-72 3,-8 44,-8" fill="#f1e6d2"/><polygon points="-4,-64 -4,-8 -34,-8" fill="#dfcfb4"/><polygon points="-34,20 32,20 20,52 -22,52" fill="#10233d" opacity="0.45"/></g>`
  return `${defs}<rect width="${width}" height="246" fill="url(#sky)"/><circle cx="112" cy="150" r="22" fill="#fff1c4"/>${clouds}${hills}${town}<rect y="244" width="${width}" height="140" fill="url(#sea)"/>${glitter}${boat(120, 306, 1, '#8e2f2a')}${boat(352, 288, 0.6, '#24506b')}${boat(250, 340, 0.8, '#35613f')}`
}

/** Thick strokes of few colours along whirls. */
function brushwork(): string {
  const whirls = Array.from({ length: 7 }, () => ({
    x: between(0, width),
    y: between(0, height),
    turn: pick([-1, 1]) * between(0.7, 1.3),
    reach: between(60, 150),
  }))
  const direction = (x: number, y: number): readonly [number, number] => {
    let [u, v] = [0.6, 0.15]
    for (const whirl of whirls) {
      const [dx, dy] = [x - whirl.x, y - whirl.y]
      const pull = whirl.turn * Math.exp(-(dx * dx + dy * dy) / (2 * whirl.reach ** 2)) * 3
      u += (-dy / whirl.reach) * pull
      v += (dx / whirl.reach) * pull
    }
    const length = Math.hypot(u, v)
    return [u / length, v / length]
  }
  const palette = ['#14305c', '#1f5a8c', '#2f86a6', '#7fb7b0', '#f0d264', '#e08f2e', '#b5402c', '#f4ead0', '#243a2e']
  const strokes = Array.from({ length: 5200 }, (_, i) => {
    let [x, y] = [between(-20, width + 20), between(-20, height + 20)]
    const near = whirls.reduce((best, whirl) => Math.min(best, Math.hypot(x - whirl.x, y - whirl.y) / whirl.reach), 9)
    const color =
      near < 0.35 ? pick(palette.slice(4, 8)) : random.uniform() < 0.85 ? pick(palette.slice(0, 4)) : pick(palette)
    let path = `M${x.toFixed(1)},${y.toFixed(1)}`
    for (let k = 0; k < 7; k++) {
      const [u, v] = direction(x, y)
      x += 4.5 * u
      y += 4.5 * v
      path += `L${x.toFixed(1)},${y.toFixed(1)}`
    }
    const wide = between(2.5, i < 2000 ? 8 : 5)
    const line = `fill="none" stroke-linecap="round" stroke-linejoin="round"`
    // A darker line below the stroke and a lighter one on it: paint that stands out from the canvas.
    return `<path d="${path}" ${line} stroke="#0d1a2b" stroke-opacity="0.35" stroke-width="${(wide + 1.2).toFixed(1)}"/><path d="${path}" ${line} stroke="${color}" stroke-width="${wide.toFixed(1)}"/><path d="${path}" ${line} stroke="#ffffff" stroke-opacity="0.18" stroke-width="${(wide / 3).toFixed(1)}"/>`
  })
  return `<rect width="${width}" height="${height}" fill="#1c4068"/>${strokes.join('')}`
}

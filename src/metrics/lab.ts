// 8-bit sRGB to CIELAB, the space that colour differences are measured in.

/** L* (0 to 100), a*, b*. */
export type Lab = readonly [l: number, a: number, b: number]

/** D65 white, 2° observer: the row sums of the matrix below, so that white is exactly (100, 0, 0). */
const WHITE = [0.4124564 + 0.3575761 + 0.1804375, 1, 0.0193339 + 0.119192 + 0.9503041] as const

/** sRGB's transfer curve undone (IEC 61966-2-1): a byte to linear light in 0..1. */
const LINEAR = Float64Array.from({ length: 256 }, (_, v) => {
  const u = v / 255
  return u <= 0.04045 ? u / 12.92 : ((u + 0.055) / 1.055) ** 2.4
})

/** CIE 15:2004's f, with the exact constants (6/29)³ and so on. */
function curve(t: number): number {
  return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116
}

/** CIELAB (D65) of one 8-bit sRGB colour; matrix of IEC 61966-2-1 as given to 7 digits by B. Lindbloom. */
export function labOf(r: number, g: number, b: number): Lab {
  const [lr, lg, lb] = [LINEAR[r]!, LINEAR[g]!, LINEAR[b]!]
  const x = curve((0.4124564 * lr + 0.3575761 * lg + 0.1804375 * lb) / WHITE[0])
  const y = curve(0.2126729 * lr + 0.7151522 * lg + 0.0721749 * lb)
  const z = curve((0.0193339 * lr + 0.119192 * lg + 0.9503041 * lb) / WHITE[2])
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

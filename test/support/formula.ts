// Numbers from a formula (docs/testing.md): the same on every machine, so that full-size networks can be compared
// with stored results without any weight file.

/** Values with mean 0 and variance 1 (times std, plus mean); element i is rounded to float32. */
export function formulaValues(name: string, count: number, std = 1, mean = 0, salt = ''): Float32Array {
  let h = 0x811c9dc5
  for (const byte of Buffer.from(salt + name)) h = Math.imul(h ^ byte, 0x01000193)
  const out = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    let z = (h + Math.imul(i, 0x9e3779b9)) >>> 0
    z ^= z >>> 16
    z = Math.imul(z, 0x85ebca6b)
    z ^= z >>> 13
    z = Math.imul(z, 0xc2b2ae35)
    z ^= z >>> 16
    out[i] = mean + std * (((2 * (z >>> 0)) / 2 ** 32 - 1) * Math.sqrt(3))
  }
  return out
}

/** A smooth picture with a little grain: [c, h, w] in 01. */
export function formulaImage(name: string, c: number, h: number, w: number, salt = ''): Float32Array {
  const p = formulaValues(`${name}/waves`, c * 9, 1, 0, salt)
  const grain = formulaValues(`${name}/grain`, c * h * w, 1, 0, salt)
  const out = new Float32Array(c * h * w)
  for (let k = 0; k < c; k++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        let v = 0.5
        for (let j = 0; j < 3; j++) {
          const [a, b, phase] = p.subarray(k * 9 + j * 3, k * 9 + j * 3 + 3) as unknown as [number, number, number]
          v += 0.15 * Math.sin(2 * Math.PI * ((a * 2 * x) / w + (b * 2 * y) / h + phase))
        }
        const i = (k * h + y) * w + x
        out[i] = Math.min(1, Math.max(0, v + 0.02 * grain[i]!))
      }
  return out
}

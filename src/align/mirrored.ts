// Which of the 68 points takes whose place when a face is mirrored.

/** For each point of the 300-W layout the point it becomes when the face is mirrored. */
export const MIRRORED_POINT: readonly number[] = mirrorOrder()

function mirrorOrder(): number[] {
  const order = Array.from({ length: 68 }, (_, i) => i)
  const swap = (a: number, b: number): void => {
    order[a] = b
    order[b] = a
  }
  for (let i = 0; i < 8; i++) swap(i, 16 - i) // jaw
  for (let i = 0; i < 5; i++) swap(17 + i, 26 - i) // brows
  for (const [a, b] of [
    [31, 35],
    [32, 34],
    [36, 45],
    [37, 44],
    [38, 43],
    [39, 42],
    [40, 47],
    [41, 46],
  ] as const)
    swap(a, b)
  for (const [a, b] of [
    [48, 54],
    [49, 53],
    [50, 52],
    [55, 59],
    [56, 58],
    [60, 64],
    [61, 63],
    [65, 67],
  ] as const)
    swap(a, b)
  return order
}

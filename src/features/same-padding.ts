// TensorFlow's "same" padding, which depends on the size of the picture and puts the odd row at the bottom and right.

/** [top, left, bottom, right] for x [N, C, H, W], so that a side becomes ⌈side/stride⌉. */
export function samePadding(
  shape: readonly number[],
  kernel: number,
  stride: number,
): [top: number, left: number, bottom: number, right: number] {
  const total = (side: number): number => Math.max((Math.ceil(side / stride) - 1) * stride + kernel - side, 0)
  const [rows, columns] = [total(shape[2]!), total(shape[3]!)]
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)]
}

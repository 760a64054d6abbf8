/**
 * A line search that ends where the strong Wolfe conditions hold (Nocedal and Wright 2006, algorithms 3.5 and 3.6, with
 * cubic interpolation), as torch.optim.LBFGS has it under the name 'strong_wolfe'.
 */

/** What is known of a point of the line. */
export interface LinePoint {
  /** Its distance from the start, in lengths of the direction. */
  readonly t: number
  readonly loss: number
  readonly gradient: Float32Array
  /** Slope along the direction. */
  readonly slope: number
}

const SUFFICIENT = 1e-4
const CURVATURE = 0.9
const MOST = 25

/**
 * @param start the point at t = 0
 * @param first where to look first
 * @param reach largest |component| of the direction
 * @param at evaluates a point of the line
 */
export async function strongWolfe(
  start: LinePoint,
  first: number,
  reach: number,
  tolerance: number,
  at: (t: number) => Promise<LinePoint>,
): Promise<LinePoint> {
  const enough = (point: LinePoint) => point.loss <= start.loss + SUFFICIENT * point.t * start.slope
  const flat = (point: LinePoint) => Math.abs(point.slope) <= -CURVATURE * start.slope
  let previous = start
  let here = await at(first)
  let tries = 0
  let bracket: [LinePoint, LinePoint] | undefined
  while (tries < MOST) {
    if (!enough(here) || (tries > 1 && here.loss >= previous.loss)) {
      bracket = [previous, here]
      break
    }
    if (flat(here)) return here
    if (here.slope >= 0) {
      bracket = [previous, here]
      break
    }
    const [least, most] = [here.t + 0.01 * (here.t - previous.t), here.t * 10]
    const next = await at(cubicMinimum(previous, here, [least, most]))
    previous = here
    here = next
    tries++
  }
  bracket ??= [start, here]
  return narrowed(bracket, { tries, reach, tolerance, enough, flat, at })
}

interface Narrowing {
  tries: number
  readonly reach: number
  readonly tolerance: number
  readonly enough: (point: LinePoint) => boolean
  readonly flat: (point: LinePoint) => boolean
  readonly at: (t: number) => Promise<LinePoint>
}

/** Shrinks a bracket until a point of it will do. */
async function narrowed(bracket: [LinePoint, LinePoint], how: Narrowing): Promise<LinePoint> {
  let [low, high] = bracket[0].loss <= bracket[1].loss ? bracket : [bracket[1], bracket[0]]
  let stuck = false
  while (how.tries < MOST) {
    const width = Math.abs(high.t - low.t)
    if (width * how.reach < how.tolerance) break
    const [left, right] = [Math.min(low.t, high.t), Math.max(low.t, high.t)]
    let t = cubicMinimum(low, high, [left, right])
    // Too near to an end twice in a row: a step of a tenth inwards.
    const margin = 0.1 * (right - left)
    if (Math.min(right - t, t - left) < margin) {
      if (stuck || t >= right || t <= left) {
        t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin
        stuck = false
      } else stuck = true
    } else stuck = false
    const point = await how.at(t)
    how.tries++
    if (!how.enough(point) || point.loss >= low.loss) {
      high = point
      if (high.loss < low.loss) [low, high] = [high, low]
    } else {
      if (how.flat(point)) return point
      if (point.slope * (high.t - low.t) >= 0) high = low
      low = point
    }
  }
  return low
}

/** Minimum of the cubic through two points with their slopes, within bounds. */
function cubicMinimum(a: LinePoint, b: LinePoint, [least, most]: readonly [number, number]): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t)
  const square = d1 * d1 - a.slope * b.slope
  if (!(square >= 0)) return (least + most) / 2
  const d2 = Math.sqrt(square)
  const at =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
  return Math.min(Math.max(at, least), most)
}

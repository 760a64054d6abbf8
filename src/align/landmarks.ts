// Landmark files that people bring along instead of a detection: a JSON array of 68 [x, y] pairs, or the text that
// dlib-like tools write ("x y" or "x, y" per line, also with a point number before them, or an iBUG .pts file).
import { readFile } from 'node:fs/promises'
import { AlignError } from './error.ts'
import { checkLandmarks, type Point } from './geometry.ts'

/**
 * Parses the text of a landmark file.
 * @param name what to call it in errors.
 * @throws AlignError, one line, when it is not 68 pairs of numbers.
 */
export function parseLandmarks(text: string, name: string): Point[] {
  const points = text.trimStart().startsWith('[') ? fromJson(text, name) : fromLines(text, name)
  try {
    checkLandmarks(points)
  } catch (error) {
    throw new AlignError(`${name}: ${(error as Error).message}`)
  }
  return points
}

/** Reads a landmark file. @throws AlignError as `parseLandmarks`, or when the file can't be read. */
export async function readLandmarks(path: string): Promise<Point[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AlignError(`${path}: landmarks can't be read (${error.code}); expected a file of 68 points`)
  })
  return parseLandmarks(text, path)
}

function fromJson(text: string, name: string): Point[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new AlignError(`${name}: not valid JSON (${(error as Error).message.split('\n')[0]})`)
  }
  if (!Array.isArray(parsed)) throw new AlignError(`${name}: expected a JSON array of 68 [x, y] pairs`)
  return parsed.map((entry: unknown, i): Point => {
    const [x, y, ...rest] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (typeof x !== 'number' || typeof y !== 'number' || rest.length > 0) {
      throw new AlignError(`${name}: expected [x, y] as entry ${i}, found ${JSON.stringify(entry)}`)
    }
    return [x, y]
  })
}

function fromLines(text: string, name: string): Point[] {
  const points: Point[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const bare = line.replace(/#.*/, '').trim()
    // .pts files have a header and braces around the points
    if (bare === '' || bare === '{' || bare === '}' || /^[a-z_]+\s*:/i.test(bare)) continue
    const numbers = bare
      .split(/[\s,;:()]+/)
      .filter(Boolean)
      .map(Number)
    const pair = numbers.length === 3 && numbers[0] === points.length ? numbers.slice(1) : numbers
    if (pair.length !== 2 || pair.some((n) => !Number.isFinite(n))) {
      throw new AlignError(`${name}: expected "x y" in line ${i + 1}, found "${bare.slice(0, 40)}"`)
    }
    points.push([pair[0]!, pair[1]!])
  }
  return points
}

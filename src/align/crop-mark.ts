// What is kept and said of a crop: where it was cut out, how sure the detector was. Of the face itself nothing is kept.
import type { AlignedPortrait } from './align.ts'
import type { Quad } from './geometry.ts'

/** In a manifest. */
export interface CropMark {
  /** Corners in pixels of the input: top left, bottom left, bottom right, top right of the upright face. */
  readonly quad: Quad
  /** Side in pixels of the input. */
  readonly side: number
  /** Degrees clockwise by which the input was turned. */
  readonly turn: 0 | 90 | 180 | 270
  /** Which of several faces it is, from the left, and how many there are; absent where there is one. */
  readonly face?: number
  readonly faces?: number
  /** The detector's score, 0 to 1; absent where landmarks were given. */
  readonly score?: number
  /** How sure a second look at the crop was, 0 to 1; absent where landmarks were given. */
  readonly second?: number
  /** How far repeated looks at the landmarks lie apart, as a share of the face; absent where landmarks were given. */
  readonly spread?: number
  /** What spoke against the face, which was insisted on. */
  readonly doubt?: string
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** The mark of a crop. */
export function cropMark({ quad, side, turn, face, faces, number }: AlignedPortrait): CropMark {
  const corner = ([x, y]: Quad[number]): Quad[number] => [rounded(x, 2), rounded(y, 2)]
  return {
    quad: [corner(quad[0]), corner(quad[1]), corner(quad[2]), corner(quad[3])],
    side: rounded(side, 2),
    turn,
    ...(number !== undefined && faces.length > 1 && { face: number, faces: faces.length }),
    ...(face && {
      score: rounded(face.score, 4),
      second: rounded(face.second, 4),
      spread: rounded(face.spread, 4),
      ...(face.doubt === undefined ? {} : { doubt: face.doubt }),
    }),
  }
}

/** "face: crop of 473 px around (380, 250), detector 0.997". */
export function cropInWords({ quad, side, turn, score, face, faces }: CropMark): string {
  const [x, y] = [(quad[0][0] + quad[2][0]) / 2, (quad[0][1] + quad[2][1]) / 2]
  return [
    `face${face === undefined ? '' : ` ${face} of ${faces}`}: crop of ${Math.round(side)} px around (${Math.round(x)}, ${Math.round(y)})`,
    ...(turn === 0 ? [] : [`turned by ${turn}°`]),
    score === undefined ? 'from given landmarks' : `detector ${score.toFixed(2)}`,
  ].join(', ')
}

/** A drawing as a list of what is on it, so that the same one becomes PNG, SVG and PDF. Lengths are pixels of the PNG. */

/** A picture in its place. */
export interface Picture {
  readonly kind: 'picture'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** PNG. */
  readonly bytes: Buffer
}

/** A frame, drawn inside of its edges. */
export interface Frame {
  readonly kind: 'frame'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly color: string
  readonly line: number
}

/** A line of text. */
export interface Words {
  readonly kind: 'words'
  readonly x: number
  /** Of its baseline. */
  readonly y: number
  readonly text: string
  readonly size: number
  readonly anchor: 'start' | 'middle'
  readonly bold?: boolean
}

/** What can be drawn, from the back to the front. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly items: readonly (Picture | Frame | Words)[]
}

// Which part of a result goes back into the photograph: head and hair as the pack's parser sees them in the result, or the square.
import type { Bitmap } from '../../images/bitmap.ts'
import { weightsOf } from '../../models/weights.ts'
import { parseFaces } from '../../parsing/parse-face.ts'
import { headMask, squareMask } from '../../paste/mask.ts'
import { parserSize } from './networks.ts'
import type { Setting } from './setting.ts'

/** Labels of the official parser that are no head: background, neck, necklace, clothes. */
const NO_HEAD = [0, 14, 15, 16]

/** The same of a parser whose classes have names. */
const NO_HEAD_NAMES = /^(?:background|neck|neck_l|necklace|cloth(?:es)?)$/u

/** A head takes at least this part of an aligned square; less is an error of the parser. */
const LEAST_HEAD = 0.08

/** The mask of a result, of the parser's size or the result's. @param crop as it was cut out */
export async function resultMask(
  { pack, config, compute }: Setting,
  result: Bitmap,
  crop: Bitmap,
  warn: (message: string) => void,
): Promise<Bitmap> {
  if (!pack.has('bisenet')) return squareMask(result.width)
  const side = parserSize(pack)
  const options = { inputSize: side, compile: compute.options }
  const parsed = await parseFaces(weightsOf(pack, 'bisenet'), [result, crop], options)
  const { classes } = pack.layout('bisenet')
  const isHead = (label: number) =>
    classes ? !NO_HEAD_NAMES.test(classes[label] ?? 'background') : !NO_HEAD.includes(label)
  const [fresh, old] = parsed.map((labels) => Array.from(labels, isHead))
  const isSeen = (head: readonly boolean[]) => head.filter(Boolean).length >= LEAST_HEAD * side * side
  if (!isSeen(fresh!)) {
    warn('the face parser saw no head in the result; the whole square goes into the photograph')
    return squareMask(result.width)
  }
  return headMask(fresh!, isSeen(old!) ? old! : fresh!, side, config.paste.feather)
}

/** `--faces` with a pack that has no network of faces: what makes faces anew there is rephotography, face after face. */

import { MOST_STEPS } from '../chain/document.ts'
import type { Fragment } from '../config/load.ts'
import type { Adapted } from './pictures.ts'
import { say, shownPath } from './print.ts'
import { sharedKeys } from './then.ts'

/** Steps that rephotograph every clear face of a photograph and put it back; none where the pack restores faces itself. */
export async function withFaces(config: Fragment): Promise<Adapted> {
  const { faces, pack: name, input } = config
  if (faces === undefined || faces === 'none' || typeof input !== 'string') return { config, after: [] }
  const [{ loadPack }, { readPicture }, { findFaces }, { countedFaces }] = await Promise.all([
    import('../models/load.ts'),
    import('../images/read.ts'),
    import('../align/face-turn.ts'),
    import('../align/face.ts'),
  ])
  const pack = loadPack(typeof name === 'string' ? name : 'compact')
  try {
    if (pack.has(`restore_face_${faces as '256' | '512'}`)) return { config, after: [] }
  } finally {
    pack.close()
  }
  const found = countedFaces((await findFaces(await readPicture(input), 'auto')).faces, { doubt: 'refuse' })
  const count = Math.min(found.length, MOST_STEPS - 1)
  const words = count === 0 ? 'no face was found' : count === 1 ? 'its face is' : `its ${count} faces are`
  say(`${shownPath(input)}: ${words}${count === 0 ? ', so none is' : ''} rephotographed${count > 0 ? ' after it' : ''}`)
  if (found.length > count) say(`${found.length - count} more, counted from the left, stay as they are`)
  const shared = { ...(name === undefined ? {} : { pack: name }), ...sharedKeys(config) }
  const after = Array.from(
    { length: count },
    (_, i): Fragment => ({ method: 'rephotograph', ...shared, align: { face: i + 1 } }),
  )
  return { config: { ...config, faces: 'none' }, after }
}

/** Pictures that a degradation wants besides the portrait (masks), read before its graph is built. */

import { stageFilePaths } from '../../degrade/degrade.ts'
import { FOUND } from '../../degrade/mask.ts'
import type { StageFiles } from '../../degrade/stage.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { readPicture } from '../../images/read.ts'
import type { ResolvedConfig } from './config.ts'

/** @param found a mask of damage that was found; @throws PictureError for one that cannot be read */
export async function stageFiles(
  { degradation }: Pick<ResolvedConfig, 'degradation'>,
  found?: Bitmap,
): Promise<StageFiles> {
  const files = new Map<string, Bitmap>()
  for (const path of stageFilePaths(degradation)) files.set(path, await readPicture(path))
  if (found) files.set(FOUND, found)
  return files
}

/** From a picture file to its first latent and the sibling that it gives: `rephoto encode`, and a function of the package. */
import { basename, dirname, extname, join } from 'node:path'
import { cropInWords, cropMark } from '../../align/crop-mark.ts'
import { ConfigError } from '../../config/index.ts'
import type { Fragment } from '../../config/load.ts'
import { openPicture } from '../../images/read.ts'
import { writePicture } from '../../images/write.ts'
import { claim, outputPath } from '../../output.ts'
import type { EncodedFiles, EncodeOptions } from '../method.ts'
import { settleAuto } from './auto.ts'
import { writeCodes } from './codes.ts'
import { type ConfigFragment, portraitConfig } from './config.ts'
import { bitmapOf, siblingOf } from './generated.ts'
import { alignedPortrait, grayPortrait } from './portrait.ts'
import { openSetting } from './setting.ts'
import { firstLatent, startNoise } from './start.ts'

export type { EncodedFiles, EncodeOptions }

/** Files that an encoding reads. */
function inputsOf({ align, init }: ConfigFragment, input: string): string[] {
  return [input, align?.landmarks, init?.latent, init?.noise].filter((path) => typeof path === 'string')
}

/**
 * Encodes the input of a config.
 *
 * @param out safetensors file to write, or a folder for it; default: <name>-latent.safetensors in the current folder
 */
export async function encodeFile(
  fragment: Fragment,
  out?: string,
  { force = false, onRemark }: EncodeOptions = {},
): Promise<EncodedFiles> {
  const given = portraitConfig(fragment)
  const { input } = given
  if (typeof input !== 'string') throw new ConfigError('expected a picture, found none', { path: 'input' })
  const stem = basename(input, extname(input))
  const path = outputPath({
    out,
    name: `${stem}-latent.safetensors`,
    suffixes: ['.safetensors'],
    inputs: inputsOf(given, input),
    force,
  })
  const sibling = join(dirname(path), `${basename(path, extname(path)).replace(/-latent$/u, '')}-sibling.png`)
  claim(sibling, inputsOf(given, input), force)
  const { bitmap: picture, remarks, metadata } = await openPicture(input)
  for (const remark of remarks) onRemark?.(remark)
  const setting = openSetting((await settleAuto(given, picture)).config)
  try {
    const { pack, config, shape, compute } = setting
    const notes: string[] = []
    const aligned = await alignedPortrait(picture, config, (found) => {
      notes.push(...found.remarks.map((remark) => `warning: ${remark}`), cropInWords(cropMark(found)))
    })
    const gray = grayPortrait(aligned, shape.size)
    const latent = await firstLatent(pack, config, gray, shape, compute.options)
    const noise = startNoise(config, shape)
    writeCodes(path, { latent, noise, camera: {} }, shape)
    await writePicture(sibling, bitmapOf(await siblingOf(setting, latent, noise), shape.size, 'round'), {
      ...(metadata.exif && { metadata: { exif: metadata.exif } }),
      exclusive: !force,
    })
    return { latent: path, sibling, notes }
  } finally {
    setting.pack.close()
  }
}

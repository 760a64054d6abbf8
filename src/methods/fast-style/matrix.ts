/** Contents against styles as one picture, as papers show them: styles above, contents at the left, each content in each style between. */
import type { Fragment } from '../../config/load.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { openPicture } from '../../images/read.ts'
import { fastStyleFragment } from './config.ts'
import { sheetOf } from './figures.ts'
import { sized, stylesOf } from './job.ts'
import { openPasses } from './passes.ts'
import { openSetting } from './setting.ts'
import { fitSteps, vectorsOf } from './vectors.ts'

/** Side of a cell in pixels. */
const CELL = 256

/** @param fragment what a run of each would be, without its input; @param onCell heard after each */
export async function styleMatrix(
  fragment: Fragment,
  contents: readonly string[],
  onCell: (done: number, total: number) => void = () => {},
): Promise<Bitmap> {
  const setting = openSetting(fastStyleFragment(fragment))
  try {
    const { config, networks } = setting
    const styles = await stylesOf(config, () => {})
    const columns = Math.max(1, styles.length)
    // Fitted ones are of their content.
    const once =
      networks.transformer && fitSteps(setting) === 0 ? await vectorsOf(setting, styles[0]!, styles) : undefined
    const rows: (Bitmap | undefined)[][] = styles.length > 0 ? [[undefined, ...styles]] : []
    for (const [r, path] of contents.entries()) {
      const content = sized((await openPicture(path)).bitmap, config)
      const vectors = networks.transformer ? (once ?? (await vectorsOf(setting, content, styles))) : [undefined]
      const passes = await openPasses(setting, content)
      try {
        const row: Bitmap[] = [content]
        for (const [c, vector] of vectors.entries()) {
          row.push(await passes.at(config.strength, vector))
          onCell(r * columns + c + 1, contents.length * columns)
        }
        rows.push(row)
      } finally {
        await passes.dispose()
      }
    }
    return sheetOf(rows, CELL)
  } finally {
    setting.close()
  }
}

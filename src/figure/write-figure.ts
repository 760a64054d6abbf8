/** A drawing into a file whose suffix says the format. */
import { extname } from 'node:path'
import { writePictureBytes } from '../images/write.ts'
import type { Drawing } from './drawing.ts'
import { type FigureFormat, figureFormats, missingInPdf, renderDrawing } from './render.ts'

/** The suffixes a figure may have. */
export const figureSuffixes: readonly string[] = figureFormats.map((format) => `.${format}`)

/**
 * @param exclusive a file that came to be there meanwhile is an error
 * @returns letters that the format cannot show, for which "?" stands
 */
export async function writeFigure(path: string, drawing: Drawing, exclusive: boolean): Promise<readonly string[]> {
  const format = extname(path).slice(1).toLowerCase() as FigureFormat
  const bytes = await renderDrawing(drawing, format)
  writePictureBytes(path, bytes, exclusive)
  return format === 'pdf' ? missingInPdf(drawing) : []
}

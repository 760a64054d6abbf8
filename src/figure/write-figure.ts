/** A drawing into a file whose suffix says the format. */
import { extname } from 'node:path'
import { writeAtomically } from '../checkpoint/atomic.ts'
import type { Drawing } from './drawing.ts'
import { type FigureFormat, figureFormats, missingInPdf, renderDrawing } from './render.ts'

/** The suffixes a figure may have. */
export const figureSuffixes: readonly string[] = figureFormats.map((format) => `.${format}`)

/** @returns letters that the format cannot show, for which "?" stands */
export async function writeFigure(path: string, drawing: Drawing): Promise<readonly string[]> {
  const format = extname(path).slice(1).toLowerCase() as FigureFormat
  const bytes = await renderDrawing(drawing, format)
  writeAtomically(path, (write) => write(bytes))
  return format === 'pdf' ? missingInPdf(drawing) : []
}

// What moves in a comparison. Runs in the reader's browser, from the page itself. Tables that matter are in the page without it.
import { startCurves } from './curves.ts'
import { startDetail } from './detail.ts'
import { startMatrix } from './matrix.ts'
import { startParallel } from './parallel.ts'
import { startPareto } from './pareto.ts'
import { startSearch } from './search.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')
const redraw = [startSearch(), startDetail(), startPareto(), startParallel(), startCurves()]
startMatrix()
dark.addEventListener('change', () => {
  for (const draw of redraw) draw?.()
})

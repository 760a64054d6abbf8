// What moves in a comparison. Runs in the reader's browser, from the page itself; page-scripts.ts puts what it imports
// before it. Tables that matter are in the page without it.
import { startCurves } from './curves.js'
import { startDetail } from './detail.js'
import { startMatrix } from './matrix.js'
import { startParallel } from './parallel.js'
import { startPareto } from './pareto.js'
import { startSearch } from './search.js'

const dark = matchMedia('(prefers-color-scheme: dark)')
const redraw = [startSearch(), startDetail(), startPareto(), startParallel(), startCurves()]
startMatrix()
dark.addEventListener('change', () => {
  for (const draw of redraw) draw?.()
})

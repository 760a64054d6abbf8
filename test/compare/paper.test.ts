/** The table that a paper pastes, from the fabricated ablation: what is best, what is switched off, and text that stays text. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { latexText } from '../../src/compare/paper-latex.ts'
import { readSweep } from '../../src/compare/sweep-file.ts'
import { compareRuns } from '../../src/methods/readers.ts'
import { fabricateSweep } from './fabricate.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-paper-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

it('marks the best and the second, the parts that are off, and escapes names', async () => {
  const sweep = await fabricateSweep(join(place, 'sweep'), { inputs: 6, seeds: [0], steps: 4 })
  const request = { ...readSweep(sweep), title: 'Terms & weights', out: join(place, 'out') }
  const { tables } = await compareRuns({ ...request, columns: ['identity.input', 'perceptual.target'] })
  expect(tables.map((path) => path.split('/').at(-1))).toContain('paper.tex')
  const read = (name: string) => readFileSync(join(place, 'out/tables', name), 'utf8')
  expect(read('paper.tex')).toMatchInlineSnapshot(`
    "% \\usepackage{booktabs, amssymb, graphicx}
    \\begin{table}
      \\centering
      \\small
      \\caption{Terms \\& weights: mean and 95 \\% interval over 6 inputs; best bold, second underlined.}
      \\begin{tabular}{lccrr}
        \\toprule
         & eye & contextual & \\shortstack[r]{descriptor\\\\cosine with the\\\\input} $\\uparrow$ & \\shortstack[r]{perceptual\\\\distance to the\\\\target} $\\downarrow$ \\\\
        \\midrule
        all terms & $\\checkmark$ & $\\checkmark$ & \\underline{0.684} {\\scriptsize [0.633, 0.734]} & \\underline{0.320} {\\scriptsize [0.310, 0.330]} \\\\
        without eye & $\\times$ & $\\checkmark$ & 0.630 {\\scriptsize [0.558, 0.691]} & 0.329 {\\scriptsize [0.298, 0.358]} \\\\
        without \\textless{}contextual\\textgreater{} & $\\checkmark$ & $\\times$ & \\textbf{0.690} {\\scriptsize [0.619, 0.749]} & \\textbf{0.318} {\\scriptsize [0.284, 0.335]} \\\\
        \\bottomrule
      \\end{tabular}
    \\end{table}
    "
  `)
  expect(read('paper.md')).toMatchInlineSnapshot(`
    "|  | eye | contextual | descriptor cosine with the input ↑ | perceptual distance to the target ↓ |
    | --- | :-: | :-: | ---: | ---: |
    | all terms | ✓ | ✓ | <u>0.684</u> [0.633, 0.734] | <u>0.320</u> [0.310, 0.330] |
    | without eye | ✗ | ✓ | 0.630 [0.558, 0.691] | 0.329 [0.298, 0.358] |
    | without \\<contextual\\> | ✓ | ✗ | **0.690** [0.619, 0.749] | **0.318** [0.284, 0.335] |

    Terms & weights: mean and 95 % interval over 6 inputs; best bold, second underlined.
    "
  `)
  await expect(compareRuns({ ...request, columns: ['identity.imput'] })).rejects.toThrow('did you mean identity.input')
})

it('no text of a run becomes a command of LaTeX', () => {
  expect(latexText('\\input{/etc/passwd} 100% $x_1^2$ #~&')).toBe(
    '\\textbackslash{}input\\{/etc/passwd\\} 100\\% \\$x\\_1\\textasciicircum{}2\\$ \\#\\textasciitilde{}\\&',
  )
  expect(latexText('a\nb\u202ec')).toBe('a b c')
})

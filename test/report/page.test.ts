import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../src/methods/readers.ts'
import { html, jsonScript, script } from '../../src/report/html.ts'
import { runFile } from '../../src/run/folder.ts'
import { readManifest, writeManifest } from '../../src/run/manifest.ts'
import { fabricateRun, hostileName } from './fabricate.ts'

const folders: string[] = []
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rephoto-page-'))
  folders.push(path)
  return path
}
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true })
})

describe('escaping', () => {
  it('escapes what is put in, once', () => {
    const inner = html`<b>${'<&"\'>'}</b>`
    expect(html`<i title="${'"x'}">${[inner, null, 3]}</i>`.text).toBe(
      '<i title="&quot;x"><b>&lt;&amp;&quot;&#39;&gt;</b>3</i>',
    )
  })

  it('lets nothing end a script element', () => {
    expect(jsonScript('d', { text: '</script><!--' }).text).not.toMatch(/<\/script>./u)
    expect(script('"</SCRIPT>"', 'module').text).toBe('<script type="module">"<\\/SCRIPT>"</script>')
  })
})

describe('the page', () => {
  it('is one file without an address to fetch from, and shows names as text', async () => {
    const run = folder()
    await fabricateRun(run, { side: 64, frames: 3 })
    const text = readFileSync(await writeReport(run), 'utf8')
    const ours = text.replaceAll(/<script[\s\S]*?<\/script>/gu, '').replaceAll(/data:image[^"]*/gu, '')
    expect(ours).not.toMatch(/https?:\/\//u)
    expect(ours).not.toMatch(/(?:src|href)="(?!")/u)
    expect(ours).not.toContain('<img src=x')
    expect(ours).toContain('Grand&#39;mère &lt;img src=x')
    expect(hostileName).toContain('<img')
  })

  it.each([
    ['partial', /stopped after step 90 of 150[\s\S]*rephoto resume/u],
    ['running', /cut off after step 90 of 150 or later/u],
    ['failed', /failed after step 90 of 150: loss &quot;contextual&quot; is not a number/u],
  ] as const)('says that a %s run is not whole', async (status, words) => {
    const run = folder()
    await fabricateRun(run, { side: 32, frames: 2, status })
    // A running manifest of another host counts as alive; this one was killed here.
    if (status === 'running') {
      writeManifest(run, { ...readManifest(run), process: { pid: 2 ** 22 + 1, host: hostname() } })
    }
    expect(readFileSync(await writeReport(run), 'utf8')).toMatch(words)
  })

  it('does without what a run that was cut off early lacks', async () => {
    const run = folder()
    await fabricateRun(run, { side: 32, frames: 2, status: 'partial' })
    rmSync(runFile.losses(run))
    rmSync(runFile.frames(run), { recursive: true })
    for (const name of ['aligned', 'sibling', 'target'] as const) rmSync(runFile.picture(run, name))
    const text = readFileSync(await writeReport(run), 'utf8')
    expect(text).not.toContain('id="plot-losses"')
    expect(text).not.toContain('id="scrub"')
  })

  it('names a folder that holds no run', async () => {
    await expect(writeReport(folder())).rejects.toThrow(/expected a run folder/u)
  })
})

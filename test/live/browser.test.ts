/** A live page in a real browser: it grows, pauses, goes on, stops, and becomes the report. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { liveRun, liveSweep } from '../../src/live/live.ts'
import type { StepEvent } from '../../src/run/events.ts'
import type { SweepIndex } from '../../src/sweep/folder.ts'
import { launchBrowser, skipReason } from '../report/browser.ts'

const title = skipReason === undefined ? 'live pages in Chromium' : `live pages in Chromium (skipped: ${skipReason})`

const step = (number: number): StepEvent => ({
  type: 'step',
  stage: 0,
  stages: 1,
  step: number,
  totalSteps: 10,
  losses: { total: 4 / number, terms: { face: { raw: 2 / number, weighted: 1 / number } } },
  camera: {},
  milliseconds: 100,
})

describe.skipIf(skipReason !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-live-browser-'))
  const complaints: string[] = []
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(join(folder, 'frames'))
    mkdirSync(join(folder, 'runs/a--x--0'), { recursive: true })
    for (const name of ['aligned.png', 'frames/0002.png', 'runs/a--x--0/result.png'])
      await writePicture(join(folder, name), createBitmap(8, 8, 3))
    writeFileSync(join(folder, 'report.html'), '<!doctype html><title>r</title><h1>The report</h1>')
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(url: string): Promise<Page> {
    const page = await browser.newPage()
    page.on('console', (message) => {
      // The report asks for its icon when the server has gone.
      if (!message.text().includes('ERR_CONNECTION')) complaints.push(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    await page.goto(url)
    return page
  }

  // The page's policy forbids what playwright's waiting for functions needs.
  const shows = (page: Page, selector: string, hasText: string) => page.locator(selector, { hasText }).waitFor()

  it('a run', async () => {
    const done: string[] = []
    const controls = {
      pause: (paused: boolean) => done.push(paused ? 'pause' : 'go on'),
      stop: () => done.push('stop'),
    }
    const live = await liveRun('<b>portrait</b>.png', controls, () => ({ before: 'aligned', words: 'Input' }))
    live.hear({ type: 'begin', folder, method: 'rephotograph' })
    live.hear(step(1))
    const page = await open(live.url)
    await page.waitForSelector('#before:not([hidden])')
    expect(await page.textContent('h1')).toBe('<b>portrait</b>.png')
    live.hear(step(2))
    live.hear({ type: 'frame', step: 2 })
    live.hear({ type: 'warning', message: '<i>soft</i>' })
    await page.waitForSelector('#now:not([hidden])')
    await shows(page, '#state', 'Step 2 of 10')
    live.hear(step(3))
    await page.waitForTimeout(600)
    live.hear(step(4))
    // Two curves, total and one term, with all four steps.
    await page.waitForSelector('#losses .scatterlayer .trace >> nth=1')
    await shows(page, '#state', 'Step 4 of 10')
    expect(await page.evaluate("document.getElementById('losses').data[0].x")).toEqual([1, 2, 3, 4])
    expect(await page.textContent('#notes li')).toBe('<i>soft</i>')

    await page.click('#pause')
    await shows(page, '#pause', 'Go on')
    expect(await page.textContent('#state')).toBe('Paused after step 4')
    await page.click('#pause')
    await shows(page, '#pause', 'Pause')
    await page.click('#stop')
    await page.waitForTimeout(100)
    expect(done).toEqual(['pause', 'go on', 'stop'])

    // A second viewer sees the same.
    const other = await open(live.url)
    await shows(other, '#state', 'Step 4 of 10')
    await other.close()
    live.end('partial', join(folder, 'report.html'))
    const closing = live.close()
    await page.waitForURL('**/report')
    expect(await page.textContent('h1')).toBe('The report')
    await closing
    await page.close()
  })

  it('a sweep', async () => {
    const runs = ['a', 'b'].map((condition, i) => ({
      ...{ name: `${condition}--x--0`, folder: `runs/${condition}--x--0`, condition, input: 'x', seed: 0, hash: '' },
      status: i === 0 ? ('complete' as const) : ('waiting' as const),
    }))
    const index: SweepIndex = {
      ...{ format: 'rephoto-sweep', formatVersion: 1, name: 's', description: '', created: '', base: 'a' },
      conditions: ['a', 'b'].map((name) => ({ name, label: `condition ${name}`, set: {} })),
      inputs: [{ name: 'x', truth: false }],
      seeds: [0],
      runs,
    }
    let stopped = 0
    const live = await liveSweep(
      'films',
      () => stopped++,
      () => index,
    )
    live.hear({ type: 'plan', total: 2, complete: 1, toDo: 1, folder })
    const page = await open(live.url)
    await page.waitForSelector('#matrix td img')
    expect(await page.locator('#matrix th').allTextContents()).toEqual(['', 'condition a', 'condition b', 'x'])
    live.hear({ type: 'start', name: 'b--x--0', continued: false })
    live.hear({ type: 'run', name: 'b--x--0', event: step(5) })
    await shows(page, '#matrix td.running', '50 %')
    live.hear({ type: 'end', name: 'b--x--0', status: 'failed', seconds: 1, error: 'no face' })
    await page.waitForSelector('#matrix td.failed')
    expect(await page.textContent('#state')).toContain('2 of 2 runs done')
    await page.click('#stop')
    await page.waitForTimeout(100)
    expect(stopped).toBe(1)
    live.end('complete', join(folder, 'report.html'))
    await Promise.all([live.close(), page.waitForURL('**/report')])
    expect(complaints).toEqual([])
  })
})

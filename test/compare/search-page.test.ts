/** The page of a search in a real browser: its best trials, parallel coordinates with a brush, a scatter of any two numbers. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSweep } from '../../src/compare/sweep-file.ts'
import { compareRuns } from '../../src/methods/readers.ts'
import { launchBrowser, skipReason } from '../report/browser.ts'
import { fabricateSweep } from './fabricate.ts'

const title = skipReason === undefined ? 'a search in Chromium' : `a search in Chromium (skipped: ${skipReason})`

describe.skipIf(skipReason !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-search-page-'))
  const complaints: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const sweep = await fabricateSweep(folder, { inputs: 2, seeds: [0], trials: 14, steps: 5 })
    const { page: path } = await compareRuns({ ...readSweep(sweep), out: folder })
    // One small bundle of plots for all pages.
    expect(statSync(path).size).toBeLessThan(1_600_000)
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    page.on('console', (message) => complaints.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    await page.goto(pathToFileURL(path).href)
    await page.waitForSelector('#plot-search .main-svg')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows the best trials with what they set', async () => {
    const rows = page.locator('#search-table tbody tr')
    expect(await rows.count()).toBe(8)
    const values = await rows.locator('td:nth-child(2)').allTextContents()
    expect(values.map(Number)).toEqual(values.map(Number).toSorted((a, b) => b - a))
    expect(await page.locator('#search-table thead').textContent()).toContain('losses.eye.weight')
    expect(await page.locator('#plot-search .points path').count()).toBe(15)
  })

  it('keeps the lines that pass a part of an axis: pointer, keyboard, all again', async () => {
    const out = () => page.locator('#parallel .line.out').count()
    const note = () => page.locator('#parallel-note').textContent()
    expect(await page.locator('#parallel .line').count()).toBe(15)
    expect(await page.locator('#parallel .axis').count()).toBe(3)
    expect(await note()).toBe('15 of 15 conditions.')
    const axis = page.locator('#parallel .axis').first()
    await axis.scrollIntoViewIfNeeded()
    const box = (await axis.locator('.hit').boundingBox())!
    await page.mouse.move(box.x + 16, box.y + 0.5 * box.height)
    await page.mouse.down()
    await page.mouse.move(box.x + 16, box.y + box.height - 8)
    await page.mouse.up()
    // Weights grow evenly on the logarithmic axis: half of it holds half of them.
    expect(await out()).toBeGreaterThanOrEqual(6)
    expect(await out()).toBeLessThanOrEqual(8)
    await page.keyboard.press('Escape')
    expect(await out()).toBe(0)
    await page.locator('#parallel .axis').last().focus()
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowUp')
    const left = 15 - (await out())
    expect(left).toBeLessThan(15)
    expect(await page.locator('#parallel-note').textContent()).toBe(`${left} of 15 conditions pass.`)
    await page.locator('#parallel-all').click()
    expect(await out()).toBe(0)
    await page.locator('#parallel-metric').selectOption('prior.latent')
    expect(await page.locator('#parallel .axis').last().getAttribute('aria-label')).toContain('prior')
  })

  it('plots a key against a metric', async () => {
    await page.locator('#pareto-x').selectOption('set:losses.eye.weight')
    await page.locator('#pareto-y').selectOption('truth.psnr')
    expect(await page.locator('#plot-pareto .xtitle').textContent()).toBe('losses.eye.weight')
    expect(await page.locator('#plot-pareto .points path').count()).toBe(15)
    expect(await page.locator('#pareto-note').textContent()).toContain('has no better side')
  })

  it('did all this without an error or a warning', () => {
    expect(complaints).toEqual([])
  })
})

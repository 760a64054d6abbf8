/** The page of a comparison in a real browser: no errors, no requests, one magnifier over all pictures, tables that sort. Code for the page is text: this project has no DOM types. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSweep } from '../../src/compare/sweep-file.ts'
import { compareRuns } from '../../src/methods/readers.ts'
import { launchBrowser, skipReason } from '../report/browser.ts'
import { fabricateSweep } from './fabricate.ts'

const title =
  skipReason === undefined ? 'a comparison in Chromium' : `a comparison in Chromium (skipped: ${skipReason})`

describe.skipIf(skipReason !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-compare-browser-'))
  const complaints: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const sweep = await fabricateSweep(folder, { inputs: 6 })
    const { page: path } = await compareRuns({ ...readSweep(sweep), out: folder })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    page.on('console', (message) => complaints.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (!/^(?:data|blob|file):/u.test(request.url())) complaints.push(`request: ${request.url()}`)
    })
    await page.goto(pathToFileURL(path).href)
    await page.waitForSelector('#plot-curves .main-svg')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const shown = () =>
    page.evaluate<number>(
      "[...document.querySelectorAll('#matrix img')].filter((image) => image.naturalWidth > 0).length",
    )

  it('shows every picture there is, and says of the others why not', async () => {
    // Four columns beside the conditions, three conditions, six inputs; two runs are missing.
    expect(await page.locator('#matrix img').count()).toBe(6 * 7)
    expect(await shown()).toBe(6 * 7 - 2)
    expect(await page.locator('#matrix td.empty .value').allTextContents()).toEqual([
      'failed after step 8 of 40: loss "conte…',
      'not begun yet',
    ])
    const alts = await page
      .locator('#matrix img')
      .evaluateAll((images) => images.map((image) => image.getAttribute('alt')))
    expect(alts.every((alt) => alt)).toBe(true)
    expect(new Set(alts).size).toBe(alts.length)
  })

  it('moves one magnifier over all pictures: pointer, keyboard, tap', async () => {
    const lenses = () =>
      page.evaluate<{ left: string; look: string; visible: boolean }[]>(
        `[...document.querySelectorAll('#matrix td:not(.empty) .lens')].map((lens) => {
          const { left, top, backgroundPosition, display } = getComputedStyle(lens)
          return { left: left + top, look: backgroundPosition, visible: display !== 'none' }
        })`,
      )
    expect((await lenses()).every(({ visible }) => !visible)).toBe(true)
    const box = (await page.locator('#matrix .frame').nth(4).boundingBox())!
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.4 * box.height)
    const pointed = await lenses()
    expect(pointed).toHaveLength(40)
    expect(pointed.every(({ visible }) => visible)).toBe(true)
    expect(new Set(pointed.map(({ left, look }) => left + look)).size).toBe(1)

    await page.locator('#matrix').focus()
    await page.keyboard.press('Shift+ArrowRight')
    const moved = await lenses()
    expect(new Set(moved.map(({ left, look }) => left + look)).size).toBe(1)
    expect(moved[0]!.left).not.toBe(pointed[0]!.left)
    expect(await page.locator('#lens-place').textContent()).toBe('Magnifier at 40 % from the left, 40 % from the top')
    await page.keyboard.press('+')
    expect((await lenses())[0]!.look).not.toBe(moved[0]!.look)
    await page.keyboard.press('Escape')
    expect((await lenses()).some(({ visible }) => visible)).toBe(false)

    await page
      .locator('#matrix .frame')
      .nth(12)
      .click({ position: { x: 68, y: 68 } })
    const tapped = await lenses()
    expect(tapped.every(({ visible, left }) => visible && left === tapped[0]!.left)).toBe(true)
  })

  it('looks at the magnified place itself', async () => {
    // The middle of the lens shows the pixel under it: place × power = middle − offset, in widths of a cell.
    const at = await page.evaluate<[number, number, number]>(`(() => {
      const area = document.getElementById('matrix')
      const lens = area.querySelector('.lens')
      const { backgroundPositionX, width, backgroundSize } = getComputedStyle(lens)
      return [parseFloat(width) / 2 - parseFloat(backgroundPositionX), parseFloat(backgroundSize), Number(area.style.getPropertyValue('--x'))]
    })()`)
    expect(at[0] / at[1]).toBeCloseTo(at[2], 2)
  })

  it('changes seed, view and the number below', async () => {
    const first = page.locator('td[data-condition="0"] img').first()
    const before = await first.getAttribute('src')
    await page.locator('input[name="seed"][value="1"]').check({ force: true })
    expect(await first.getAttribute('src')).not.toBe(before)
    expect(await shown()).toBe(6 * 7)
    await page.locator('input[name="view"][value="degraded"]').check({ force: true })
    expect(await first.getAttribute('alt')).toBe('01, all terms: degraded result')
    await page.locator('#caption').selectOption('prior.latent')
    expect(await page.locator('td[data-condition="1"] .value').first().textContent()).toMatch(/^22(?:\.0+)?$/u)
    const link = page.locator('td[data-condition="1"] a').first()
    expect(await link.getAttribute('href')).toBe('runs/no-eye-01-s1/report.html')
  })

  it('has a table of all metrics with marks where intervals exclude zero', async () => {
    const row = page.locator('table.numbers').first().locator('tr', { hasText: 'PSNR to the truth' }).first()
    expect(await row.locator('td').nth(1).textContent()).toMatch(/^−\d\.\d\d✗worse\s+−\d/u)
    expect(await row.locator('td.worse').count()).toBe(1)
    expect(await page.locator('table.numbers thead').first().textContent()).toContain('1 pair missing')
  })

  it('sorts the table of one metric and says how', async () => {
    await page.locator('#detail-metric').selectOption('prior.latent')
    const names = () => page.locator('#detail-table tbody th').allTextContents()
    expect(await names()).toEqual(['all terms', 'without eye', 'without <contextual>'])
    const head = page.locator('#detail-table th', { hasText: 'Mean' })
    await head.locator('button').click()
    await page.keyboard.press('Enter')
    expect(await names()).toEqual(['without <contextual>', 'without eye', 'all terms'])
    expect(await page.locator('#detail-table th', { hasText: 'Mean' }).getAttribute('aria-sort')).toBe('descending')
    expect(await page.locator('#plot-forest .scatterlayer .trace').count()).toBe(2)
  })

  it('draws the front of what is not beaten in both', async () => {
    expect(await page.locator('#pareto-x').inputValue()).toBe('prior.latent')
    expect(await page.locator('#pareto-y').inputValue()).toBe('identity.input')
    // "all" has the least distance to the prior; without eye, likeness is worst and the distance is larger.
    expect(await page.locator('#pareto-note').textContent()).toMatch(/^Not beaten in both: .*all terms\.$/u)
    expect(await page.locator('#pareto-note').textContent()).not.toContain('without eye')
    await page.locator('#pareto-y').selectOption('truth.psnr')
    expect(await page.locator('#plot-pareto .ytitle').textContent()).toBe('PSNR to the truth (dB), higher is better')
    expect(await page.locator('#plot-pareto .points path').count()).toBeGreaterThanOrEqual(3)
  })

  it('draws mean curves, and the single runs when asked', async () => {
    const lines = () => page.locator('#plot-curves .scatterlayer .trace').count()
    expect(await lines()).toBe(3)
    await page.locator('#curve-term').selectOption('eye')
    await page.locator('#curve-singles').check()
    expect(await lines()).toBe(3 + 34)
  })

  it('gives a plot as SVG', async () => {
    await page.locator('#plot-pareto').hover()
    const titles = await page
      .locator('#plot-pareto .modebar-btn')
      .evaluateAll((buttons) => buttons.map((one) => one.getAttribute('data-title')))
    // Plotly's own list has one more, which uploads the plot.
    expect(titles.join()).not.toMatch(/share|cloud|edit/iu)
    expect(titles).toHaveLength(7)
    const button = page.locator('#plot-pareto [data-title="Download plot as SVG"]')
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
    expect(download.suggestedFilename()).toBe('plot-pareto.svg')
    const path = join(folder, 'plot.svg')
    await download.saveAs(path)
    const svg = readFileSync(path, 'utf8')
    expect(svg).toMatch(/^<svg [^>]*xmlns/u)
    expect(svg).toContain('PSNR to the truth')
  })

  it('redraws for the dark, and fits a phone', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 360, height: 700 })
    await page.waitForTimeout(400)
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })

  it('did all this without an error, a warning or a request', () => {
    expect(complaints).toEqual([])
  })
})

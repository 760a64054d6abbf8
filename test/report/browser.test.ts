/** The report in a real browser: no errors, no requests, everything that should move moves. Code for the page is text: this project has no DOM types. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../src/methods/readers.ts'
import { launchBrowser, skipReason } from './browser.ts'
import { fabricateRun } from './fabricate.ts'

const title = skipReason === undefined ? 'a report in Chromium' : `a report in Chromium (skipped: ${skipReason})`

describe.skipIf(skipReason !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-browser-'))
  const complaints: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    await fabricateRun(folder, { side: 64, frames: 5 })
    const report = await writeReport(folder)
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
    page.on('console', (message) => complaints.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (!/^(?:data|blob|file):/u.test(request.url())) complaints.push(`request: ${request.url()}`)
    })
    await page.goto(pathToFileURL(report).href)
    await page.waitForSelector('#plot-response .main-svg')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('draws every curve', async () => {
    const curves = (id: string) => page.locator(`#${id} .scatterlayer .trace`).count()
    expect(await curves('plot-losses')).toBe(6)
    expect(await curves('plot-camera')).toBe(3)
    expect(await curves('plot-response')).toBe(2)
    expect(await page.locator('#plot-losses .annotation').count()).toBe(2)
  })

  it('switches between raw and weighted, linear and logarithmic', async () => {
    const ticks = () => page.locator('#plot-losses .ytick').allTextContents()
    const before = await ticks()
    await page.locator('input[value="raw"]').check({ force: true })
    expect(await page.locator('#plot-losses .scatterlayer .trace').count()).toBe(5)
    await page.locator('input[value="weighted"]').check({ force: true })
    await page.locator('input[value="linear"]').check({ force: true })
    const after = await ticks()
    expect(after.length).toBeGreaterThan(2)
    expect(after).not.toEqual(before)
  })

  it('moves the scrubber by keyboard and plays', async () => {
    const frame = () => page.locator('#frame').getAttribute('src')
    const last = await frame()
    expect(await page.locator('#frame-step').textContent()).toBe('step 150')
    await page.locator('#scrub').focus()
    await page.keyboard.press('Home')
    expect(await page.locator('#frame-step').textContent()).toMatch(/^step 0 · loss 2\.\d+$/u)
    expect(await frame()).not.toBe(last)
    // Played from the frame before the last: one frame on, then it stops by itself.
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    expect(await frame()).not.toBe(last)
    await page.locator('#play').click()
    await page.waitForSelector('#play[aria-pressed="false"]', { timeout: 60_000 })
    expect(await page.locator('#frame-step').textContent()).toBe('step 150')
    expect(await frame()).toBe(last)
  })

  it('moves the divider between input and result by keyboard', async () => {
    const edge = () => page.evaluate<string>("getComputedStyle(document.querySelector('.before')).clipPath")
    const before = await edge()
    await page.locator('.compare input').last().focus()
    for (let press = 0; press < 5; press++) await page.keyboard.press('ArrowRight')
    expect(await edge()).not.toBe(before)
    expect(await page.locator('.compare input').last().getAttribute('aria-valuetext')).toBe('53 % input')
  })

  it('shows every picture, and says in words what it is', async () => {
    const pictures = await page.locator('img').evaluateAll((images) =>
      images.map((image) => {
        const { naturalWidth, alt } = image as unknown as { naturalWidth: number; alt: string }
        return { naturalWidth, alt }
      }),
    )
    expect(pictures).toHaveLength(7)
    for (const { naturalWidth, alt } of pictures) {
      expect(naturalWidth).toBeGreaterThan(0)
      expect(alt).not.toBe('')
    }
  })

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 700 })
    await page.waitForTimeout(300)
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })

  it('did all this without an error, a warning or a request', () => {
    expect(complaints).toEqual([])
  })
})

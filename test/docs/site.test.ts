// The docs' site: no dead link, every export explained, and its search in a browser, from the disk.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { slugger } from '../../scripts/docs/markdown.ts'
import { makeSite, type Site } from '../../scripts/docs/site.ts'
import { launchBrowser, skipReason } from '../report/browser.ts'

const out = mkdtempSync(join(tmpdir(), 'rephoto-site-'))
let site: Site
beforeAll(() => {
  site = makeSite(out)
})
afterAll(() => rmSync(out, { recursive: true, force: true }))

it('has all pages, and no dead link or heading', () => {
  expect(site.pages).toEqual(
    expect.arrayContaining([
      'index.html',
      'docs/config.html',
      'docs/library.html',
      'api/api.html',
      'api/api-graph.html',
    ]),
  )
  expect(site.dead).toEqual([])
})

it('explains every export of the package', () => {
  expect(site.silent).toEqual([])
  const page = readFileSync(join(out, 'api/api-graph.html'), 'utf8')
  expect(page).toContain('<h3 id="conv2d">conv2d</h3>')
  expect(page).toContain('function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[]')
  expect(page).toMatch(/<li><code>loss<\/code>: a single number/u)
})

it('names headings as GitHub does', () => {
  const slug = slugger()
  expect(["What's new, in 1.0?", 'A `key`: rephoto run', 'Start', 'Start', 'Déjà vu'].map(slug)).toEqual([
    'whats-new-in-10',
    'a-key-rephoto-run',
    'start',
    'start-1',
    'déjà-vu',
  ])
})

it.skipIf(skipReason !== undefined)(
  'is searched in a browser, from the disk, without a request elsewhere',
  async () => {
    const browser: Browser = await launchBrowser()
    try {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => {
        if (!/^(?:file|data):/u.test(request.url())) complaints.push(request.url())
      })
      await page.goto(pathToFileURL(join(out, 'docs/runs.html')).href)
      await page.keyboard.press('/')
      await page.keyboard.type('kubernetes indexed')
      expect(await page.locator('#found a').first().textContent()).toContain('Experiments: On any other scheduler')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.waitForURL(/experiments\.html#on-any-other-scheduler/u)
      const heading = page.locator('#on-any-other-scheduler-or-several-machines-by-hand')
      expect(await heading.isVisible()).toBe(true)
      // A word begun, a word misspelled, a word that is nowhere.
      await page.locator('#search').fill('convtransp')
      expect(await page.locator('#found a').first().textContent()).toContain('convTranspose2d')
      await page.locator('#search').fill('tensorbord')
      expect(await page.locator('#found a').count()).toBeGreaterThan(0)
      await page.locator('#search').fill('xylophone')
      expect(await page.locator('#found').textContent()).toBe('Nothing found')
      await page.setViewportSize({ width: 360, height: 700 })
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      ).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  },
)

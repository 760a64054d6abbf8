// Studies: their pages in a browser, their order, and what answers come to against numbers that are known.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../../src/numbers/random.ts'
import { bradleyTerry } from '../../src/study/bradley-terry.ts'
import { binomialTest, preferenceOf } from '../../src/study/preference.ts'
import { readResults, type StudyResults } from '../../src/study/results.ts'
import { rephoto } from '../cli/spawn.ts'
import { fabricateSweep } from '../compare/fabricate.ts'
import { launchBrowser, skipReason } from '../report/browser.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-study-'))
const out = join(place, 'study.html')
afterAll(() => rmSync(place, { recursive: true, force: true }))

beforeAll(async () => {
  const sweep = await fabricateSweep(join(place, 'sweep'), { inputs: 4, seeds: [0] })
  const args = ['--question', 'Which is more like the sitter?', '--repeats', '2', '--most', '9', '--out', out]
  const { stderr, code } = await rephoto(['study', sweep, ...args])
  expect(stderr).toContain('8 pairs of 3 conditions on 4 inputs')
  expect(code).toBe(0)
})

const title = skipReason === undefined ? 'a study in Chromium' : `a study in Chromium (skipped: ${skipReason})`

describe.skipIf(skipReason !== undefined)(title, () => {
  const complaints: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
    page.on('console', (message) => complaints.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    await page.goto(pathToFileURL(out).href)
  })
  afterAll(() => browser?.close())

  it('names no condition, neither on the page nor in its source', async () => {
    expect(readFileSync(out, 'utf8')).not.toMatch(/without eye|all terms|no-contextual/u)
    expect(await page.locator('#begin').textContent()).toContain('There are 10 choices.')
  })

  it('takes choices by keyboard and pointer, goes one back, and goes on after a reload', async () => {
    await page.locator('#participant').fill('Ada L.')
    await page.locator('#start').click()
    const count = () => page.locator('#count').textContent()
    expect(await count()).toBe('1 of 10')
    expect(
      await page
        .locator('#reference img')
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBe(32)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.locator('#right').click()
    expect(await count()).toBe('4 of 10')
    await page.keyboard.press('Backspace')
    expect(await count()).toBe('3 of 10')
    await page.reload()
    expect(await count()).toBe('3 of 10')
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft')
    expect(await page.locator('#done').isVisible()).toBe(true)
  })

  it('gives the answers as a file that the command counts', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()])
    expect(download.suggestedFilename()).toBe('study-Ada-L-.json')
    const path = join(place, 'ada.json')
    await download.saveAs(path)
    const [results] = readResults([path])
    expect(results!.conditions).toEqual(['all terms', 'without eye', 'without <contextual>'])
    expect(results!.answers).toHaveLength(10)
    expect(results!.answers.filter(({ repeat }) => repeat)).toHaveLength(2)
    expect(results!.answers.map(({ chosen }) => chosen).filter((side) => side === 'right')).toHaveLength(1)
    const { stdout } = await rephoto(['study', path])
    expect(stdout).toMatch(/^preferred +to +choices +share +95 % interval +p\n/u)
    expect(stdout).toContain('1 participant, 8 choices')
    expect(stdout).toContain('the left one was chosen in 90 %')
    // Sides were turned: who always takes the left one contradicts himself.
    expect(stdout).toMatch(/of 2 choices shown again, [01] came out the same/u)
  })

  it('begins anew for another participant, in another order', async () => {
    await page.locator('#again').click()
    expect(await page.locator('#begin').isVisible()).toBe(true)
    await page.setViewportSize({ width: 360, height: 700 })
    await page.locator('#start').click()
    const wide = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(wide).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
  })
})

describe('the order of a study', () => {
  it('asks every pair of conditions as often, sides in balance, and turns the sides of repeats', async () => {
    // Code of pages has no types.
    const path = pathToFileURL('src/study/client/order.ts').href
    const { drawOrder } = (await import(path)) as {
      drawOrder(study: object, random: () => number): { pair: number; turned: boolean; repeat?: boolean }[]
    }
    const pairs = Array.from({ length: 30 }, (_, i) => ({
      input: i,
      seed: 0,
      conditions: [
        [0, 1],
        [0, 2],
        [1, 2],
      ][i % 3]!,
    }))
    const random = randomStream(1, 'order')
    const order = drawOrder({ pairs, most: 18, repeats: 4 }, () => random.uniform())
    const first = order.filter(({ repeat }) => !repeat)
    expect(new Set(first.map(({ pair }) => pair)).size).toBe(18)
    for (const kind of [0, 1, 2]) {
      const own = first.filter(({ pair }) => pair % 3 === kind)
      expect(own).toHaveLength(6)
      expect(own.filter(({ turned }) => turned)).toHaveLength(3)
    }
    for (const again of order.filter(({ repeat }) => repeat))
      expect(first.find(({ pair }) => pair === again.pair)!.turned).toBe(!again.turned)
  })
})

describe('answers', () => {
  const results = (answers: readonly [left: number, right: number, chosen: 'left' | 'right'][], more = {}) => ({
    ...{ format: 'rephoto-study-results', formatVersion: 1, study: 's', title: 't', question: 'q', participant: 'p' },
    ...{ started: 'now', conditions: ['a', 'b', 'c'], inputs: Array.from({ length: 8 }, (_, i) => `i${i}`) },
    answers: answers.map(([left, right, chosen], i) => ({
      input: i % 8,
      seed: 0,
      left,
      right,
      chosen,
      milliseconds: 1000,
    })),
    ...more,
  })

  it('come to shares with Wilson’s intervals and exact p values', () => {
    const nine = Array.from(
      { length: 10 },
      (_, i) => [0, 1, i < 9 ? 'left' : 'right'] as [number, number, 'left' | 'right'],
    )
    const [pair] = preferenceOf([results(nine) as StudyResults]).pairs
    expect(pair).toMatchObject({ first: 'a', second: 'b', choices: 10, preferred: 9, share: 0.9 })
    // statsmodels: proportion_confint(9, 10, method='wilson'); scipy: binomtest(9, 10).pvalue
    expect(pair!.low).toBeCloseTo(0.5958499, 6)
    expect(pair!.high).toBeCloseTo(0.98212, 5)
    expect(pair!.p).toBeCloseTo(0.021484375, 9)
    expect(binomialTest(5, 10)).toBe(1)
  })

  it('find the strengths that they were made of', () => {
    const strengths = [0, 0.7, -1.2, 2]
    const wins = strengths.map((a, i) => strengths.map((b, j) => (i === j ? 0 : 100 / (1 + Math.exp(b - a)))))
    for (const [i, one] of bradleyTerry(wins, 0).entries()) expect(one).toBeCloseTo(strengths[i]!, 6)
    // What always won has a strength all the same; what nobody was asked about has none.
    const [, always, never] = bradleyTerry([
      [0, 0, 0],
      [5, 0, 0],
      [0, 0, 0],
    ])
    expect(always).toBeCloseTo(Math.log(5.5 / 0.5), 6)
    expect(never).toBeNaN()
  })

  it('cover the true strength in most of many simulated studies', () => {
    const truth = [0, 1, -0.5]
    const random = randomStream(2, 'studies')
    let covered = 0
    for (let study = 0; study < 20; study++) {
      const many = Array.from({ length: 8 }, (_, i) =>
        results(
          Array.from({ length: 24 }, (_, k) => {
            const [left, right] = [
              [0, 1],
              [1, 2],
              [2, 0],
            ][k % 3]! as [number, number]
            const isLeft = random.uniform() < 1 / (1 + Math.exp(truth[right]! - truth[left]!))
            return [left, right, isLeft ? 'left' : 'right'] as const
          }).map((one) => [...one] as [number, number, 'left' | 'right']),
          { participant: `p${i}` },
        ),
      )
      const { strengths, resampled } = preferenceOf(many as StudyResults[])
      expect(resampled).toBe('participants')
      if (strengths[1]!.low <= 1 && 1 <= strengths[1]!.high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(16)
  })

  it.each([
    [{ conditions: ['a'] }, /conditions: expected/u],
    [{ answers: [{ input: 9, seed: 0, left: 0, right: 1, chosen: 'left', milliseconds: 1 }] }, /found others/u],
    [{ answers: [{ input: 0, seed: 0, left: 0, right: 1, chosen: 'both', milliseconds: 1 }] }, /answers.0.chosen/u],
    [{ format: 'rephoto-set' }, /format: expected/u],
  ])('that are none are refused: %j', (change, message) => {
    const path = join(place, 'bad.json')
    writeFileSync(path, JSON.stringify(results([[0, 1, 'left']], change)))
    expect(() => readResults([path])).toThrow(message)
  })

  it('to two studies are not counted together, nor a file twice', () => {
    const paths = ['one', 'two', 'three'].map((name) => join(place, `${name}.json`))
    writeFileSync(paths[0]!, JSON.stringify(results([[0, 1, 'left']])))
    writeFileSync(paths[1]!, JSON.stringify(results([[0, 1, 'left']], { study: 'other' })))
    writeFileSync(paths[2]!, JSON.stringify(results([[0, 1, 'left']])))
    expect(() => readResults(paths.slice(0, 2))).toThrow(/answers to the same study/u)
    expect(() => readResults([paths[0]!, paths[2]!])).toThrow(/expected other answers than in/u)
  })
})

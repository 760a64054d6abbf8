/** The browser for tests of pages: a Chromium of the system, or a reason why there is none. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of the browser; undefined where none is installed. */
export const browserPath = candidates.find((path) => path !== undefined && existsSync(path))

/** Why tests in a browser can be skipped; undefined when they must run. */
export const skipReason =
  browserPath === undefined && process.env.REQUIRE_BROWSER !== '1'
    ? 'no Chromium found; install one or set CHROMIUM to its path'
    : undefined

/** Starts the browser, with no network of its own. */
export function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined)
    throw new Error('REQUIRE_BROWSER is set, but no Chromium was found; set CHROMIUM to its path')
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  })
}

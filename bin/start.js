// Starts a module of the program: a clone runs its TypeScript sources (through tsx, so that no build step can be stale); a
// published package has no src and runs dist.
import { existsSync } from 'node:fs'

/** @param {string} part path of the module below src or dist, without its ending */
export async function start(part) {
  if (!existsSync(new URL(`../src/${part}.ts`, import.meta.url))) return import(`../dist/${part}.js`)
  const tsx = await import('tsx/esm/api').catch(() => undefined)
  if (tsx === undefined) {
    process.stderr.write(
      'rephoto: expected the packages of this clone, found them missing; run: npm ci --include=dev\n',
    )
    process.exit(1)
  }
  tsx.register()
  return import(`../src/${part}.ts`)
}

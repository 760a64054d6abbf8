/** `npm run docs`: makes the docs' site in ./site, or in the folder that is named; fails for dead links. */
import { resolve } from 'node:path'
import { makeSite } from './site.ts'

const out = resolve(process.argv[2] ?? 'site')
const { pages, dead, silent } = makeSite(out)
console.log(`${pages.length} pages: ${out}/index.html`)
if (silent.length > 0) console.log(`${silent.length} exports without a docstring: ${silent.join(', ')}`)
for (const link of dead) console.error(`dead link: ${link}`)
if (dead.length > 0) process.exitCode = 1

// Bundles the scripts of pages (src/*/client) into dist, where a published package finds them.

import { buildSync } from 'esbuild'
import { globSync } from 'tinyglobby'
import { bundleOptions } from '../dist/report/page-scripts.js'

const entryPoints = globSync('src/*/client/*.ts')
buildSync({ ...bundleOptions, entryPoints, outbase: 'src', outdir: 'dist' })

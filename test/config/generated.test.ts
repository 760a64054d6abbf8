import { describe, expect, it } from 'vitest'
import { schemaJson } from '../../src/config/document.ts'
import { configKinds } from '../../src/methods/configs.ts'
import { fastStyleConfigTable } from '../../src/methods/fast-style/document.ts'
import { paintConfigTable } from '../../src/methods/paint/document.ts'
import { portraitConfigTable } from '../../src/methods/rephotograph/document.ts'
import { restoreConfigTable } from '../../src/methods/restore/document.ts'
import { stylizeConfigTable } from '../../src/methods/stylize/document.ts'
import { upscaleConfigTable } from '../../src/methods/upscale/document.ts'

describe('files generated from the schema', () => {
  it('configs/schema.json is current', async () => {
    await expect(schemaJson(configKinds)).toMatchFileSnapshot('../../configs/schema.json')
  })

  it('docs/stylize.md is current', async () => {
    await expect(stylizeConfigTable()).toMatchFileSnapshot('../../docs/stylize.md')
  })

  it('docs/upscale.md is current', async () => {
    await expect(upscaleConfigTable()).toMatchFileSnapshot('../../docs/upscale.md')
  })

  it('docs/restore.md is current', async () => {
    await expect(restoreConfigTable()).toMatchFileSnapshot('../../docs/restore.md')
  })

  it('docs/fast-style.md is current', async () => {
    await expect(fastStyleConfigTable()).toMatchFileSnapshot('../../docs/fast-style.md')
  })

  it('docs/paint.md is current', async () => {
    await expect(paintConfigTable()).toMatchFileSnapshot('../../docs/paint.md')
  })

  it('docs/config.md is current', async () => {
    await expect(portraitConfigTable()).toMatchFileSnapshot('../../docs/config.md')
  })
})

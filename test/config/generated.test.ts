import { describe, expect, it } from 'vitest'
import { configTable, schemaJson } from '../../src/config/document.ts'

describe('files generated from the schema', () => {
  it('configs/schema.json is current', async () => {
    await expect(schemaJson()).toMatchFileSnapshot('../../configs/schema.json')
  })

  it('docs/config.md is current', async () => {
    await expect(configTable()).toMatchFileSnapshot('../../docs/config.md')
  })
})

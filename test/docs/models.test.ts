// The table of networks in docs/models.md is the list's; `npx vitest run test/docs/models.test.ts -u` writes it anew.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { networksTable } from '../../src/networks/document.ts'

it('docs/models.md has the networks there are', async () => {
  const page = readFileSync('docs/models.md', 'utf8')
  const current = page.replace(
    /(<!-- networks -->\n)[\s\S]*(?=<!-- end -->)/,
    (_, mark: string) => mark + networksTable(),
  )
  expect(current).toContain(networksTable())
  await expect(current).toMatchFileSnapshot('../../docs/models.md')
})

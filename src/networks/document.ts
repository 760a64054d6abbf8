/** The table of networks in docs/models.md. */
import type { z } from 'zod'
import { kinds } from './roles.ts'

/** Markdown: a row for each kind, with its roles, the files that are recognised as it, and what a pack.json may say of it. */
export function networksTable(): string {
  const rows = kinds.map(({ roles, files, layout }) => [
    Object.entries(roles)
      .map(([role, title]) => `\`${role}\`: ${title}`)
      .join('<br>'),
    files,
    Object.entries(layout.shape)
      .map(([key, schema]) => layoutKey(key, schema as z.ZodType))
      .join('<br>'),
  ])
  return [['network', 'files', 'layout'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('')
}

function layoutKey(key: string, schema: z.ZodType): string {
  const official = schema.safeParse(undefined).data
  const value = official === undefined ? '' : ` (${JSON.stringify(official)})`
  return `\`${key}\`${value}: ${schema.description ?? ''}`
}

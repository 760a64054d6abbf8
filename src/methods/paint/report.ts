/** What the report of a painting shows besides pictures and numbers. */
import { basename } from 'node:path'
import type { ReportParts } from '../method.ts'
import type { PaintConfig } from './schema.ts'

export const paintReport: ReportParts = {
  heading: 'Photograph and painting',
  numbers:
    'A painting has no truth to be measured against. The likeness is that of face descriptors, photograph and painting in gray: whether it is still the sitter for a network that recognises people.',
  facts(content) {
    const { network, align, strength, output } = content.config as unknown as PaintConfig
    return [
      ['Network', network.file === null ? `of the pack ${content.manifest.pack.name}` : basename(network.file)],
      ['Painted', align.mode === 'auto' ? 'the square around the face' : 'the whole picture'],
      ...(strength === 1 ? [] : [['Strength', String(strength)] as const]),
      ...(output.file === null ? [] : [['Written to', output.file] as const]),
    ]
  },
}

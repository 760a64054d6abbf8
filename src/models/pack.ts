/**
 * The pack file: which networks belong together, where each file is, whose it is, and the numbers that go with them. A
 * pack is any set of roles. `pack.json` describes it for everyone; the program only adds what an import brings into a pack
 * of the user's own (target-pack.ts). What was imported on this machine, with the hashes that were computed here, is in
 * `installed.json` beside the files (installed.ts).
 */
import { z } from 'zod'
import { MOST_PIXELS, positiveInteger } from '../config/schema-numbers.ts'
import { roles } from '../networks/roles.ts'

/** Of a weight file: a terabyte. */
export const MOST_BYTES = 1e12

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 lower-case hexadecimal digits')
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a plain file name')
const url = z.string().regex(/^https?:\/\/\S+$/, 'an http(s) address')

export const networkSchema = z.strictObject({
  file: fileName.describe('Safetensors file in the pack folder.'),
  sha256: sha256.optional().describe('Hash of that file, where the pack ships it. Imported files: see installed.json.'),
  bytes: positiveInteger(MOST_BYTES).optional(),
  shapesDigest: sha256
    .optional()
    .describe('SHA-256 over the sorted lines "name [shape]": same network, any precision.'),
  licence: z.string().min(1).describe('Of the weights; as far as their authors state one.'),
  source: z.string().min(1).describe('Where the weights come from: paper, repository, or the training script here.'),
  optional: z.boolean().optional().describe('A run works without it.'),
  testedOnOriginal: z
    .boolean()
    .optional()
    .describe('Whether the importer was ever run on the file its authors published, not only on files of its layout.'),
  layout: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What must be told because the weights do not say it, such as e4e’s stage starts: see docs/models.md.'),
})

export const downloadSchema = z.strictObject({
  name: fileName.describe('Name of the original file.'),
  provides: z.array(z.enum(roles)).min(1).max(roles.length).describe('Networks that importing it gives.'),
  urls: z
    .array(url)
    .max(100)
    .describe('Mirrors, tried in this order. May be empty: then the file must be brought along.'),
  sha256: sha256.optional().describe('Only where someone computed it or a named source states it (hashSource).'),
  sha256Prefix: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/)
    .optional()
    .describe('First digits of the hash, where only those are known (torch.hub puts eight into the file name).'),
  hashSource: z.string().optional().describe('Who says so.'),
  bytes: positiveInteger(MOST_BYTES).optional(),
  page: url.optional().describe('Where a person finds it.'),
  licence: z.string().min(1),
  note: z.string().optional(),
})

/** Numbers on which a generator and what speaks its latents agree; a pack without these has none of them. */
const measuresSchema = z.strictObject({
  size: z.int().min(8).max(MOST_PIXELS).optional().describe('Side of the generator’s image, a power of two.'),
  styleDim: positiveInteger(16_384).optional().describe('Numbers in one latent w.'),
  nLatent: positiveInteger(64).optional().describe('Rows of a latent: 2·log2(size) − 2.'),
})

export const packSchema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _'),
  title: z.string().min(1),
  description: z.string().optional(),
  ...measuresSchema.shape,
  networks: z.partialRecord(z.enum(roles), networkSchema),
  downloads: z.array(downloadSchema).max(100).optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What the pipeline takes from the pack: layers, loss weights, windows (src/config, PackSettings).'),
})

export type Measures = z.infer<typeof measuresSchema>
export type Network = z.infer<typeof networkSchema>
export type Download = z.infer<typeof downloadSchema>
export type Pack = z.infer<typeof packSchema>

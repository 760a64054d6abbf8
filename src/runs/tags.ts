/** What people say of a run: words to find it by and a note. They stand in tags.json, apart from what the run itself wrote. */
import { z } from 'zod'
import { shown } from '../config/shown.ts'
import { readDocument } from '../run/document.ts'
import { RunFolderError } from '../run/errors.ts'
import { runName } from '../run/folder.ts'
import { removeInside, writeInside } from '../run/inside.ts'

/** Words and a note. */
export interface Tags {
  /** In the order in which they were given. */
  readonly tags: readonly string[]
  readonly note: string
}

const MOST_TAGS = 50
const LONGEST_TAG = 60
const LONGEST_NOTE = 2000

const tag = z
  .string()
  .max(LONGEST_TAG)
  .regex(/^[^\s,\p{Cc}\p{Cf}]+$/u)

const schema = z.looseObject({
  format: z.literal('rephoto-tags'),
  formatVersion: z.literal(1),
  tags: z.array(tag).max(MOST_TAGS),
  note: z.string().max(LONGEST_NOTE),
})

/** The tags of a run; none where nobody gave any. @throws RunFolderError for a file that is something else */
export function readTags(folder: string): Tags {
  const todo = `remove the file, or tag the run anew`
  const { tags = [], note = '' } = readDocument(folder, runName.tags, schema, { todo }) ?? {}
  return { tags, note }
}

/** What is to change. */
export interface TagChange {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly note?: string
}

/** Changes the tags of a run. @throws RunFolderError for a tag that is not one word, and for too many */
export function changeTags(folder: string, { add = [], remove = [], note }: TagChange): Tags {
  for (const word of add)
    if (!tag.safeParse(word).success)
      throw new RunFolderError(
        `expected a tag of one word, at most ${LONGEST_TAG} characters and no comma, found ${shown(word)}`,
      )
  const before = readTags(folder)
  const tags = [...new Set([...before.tags, ...add])].filter((word) => !remove.includes(word))
  const after = { tags, note: note ?? before.note }
  if (tags.length > MOST_TAGS)
    throw new RunFolderError(`${folder}: expected at most ${MOST_TAGS} tags, found ${tags.length}; remove some first`)
  if (after.note.length > LONGEST_NOTE)
    throw new RunFolderError(`expected a note of at most ${LONGEST_NOTE} characters, found ${after.note.length}`)
  if (tags.length === 0 && after.note === '') removeInside(folder, runName.tags)
  else
    writeInside(
      folder,
      runName.tags,
      `${JSON.stringify({ format: 'rephoto-tags', formatVersion: 1, ...after }, null, 2)}\n`,
    )
  return after
}

/** What was told so far, numbered, so that a page that comes late or comes again misses nothing. */

/** Something that a page is told: JSON with a `type`. */
export type LiveMessage = { readonly type: string } & Readonly<Record<string, unknown>>

/** A message with its number, from 1. */
export interface Numbered {
  readonly id: number
  readonly json: string
}

/** Hears new messages. */
export type Listener = (message: Numbered) => void

export interface History {
  /**
   * Tells everybody, and those who come later.
   *
   * @param instead a name: only the newest message of it is kept for those who come later
   */
  tell(message: LiveMessage, instead?: string): void
  /** What came after a number, oldest first. */
  since(id: number): readonly Numbered[]
  listen(listener: Listener): () => void
}

/** An empty history. */
export function createHistory(): History {
  const kept = new Map<number, string>()
  const newest = new Map<string, number>()
  const listeners = new Set<Listener>()
  let last = 0
  return {
    tell(message, instead) {
      const id = ++last
      const json = JSON.stringify(message)
      if (instead !== undefined) {
        kept.delete(newest.get(instead) ?? 0)
        newest.set(instead, id)
      }
      kept.set(id, json)
      for (const listener of listeners) listener({ id, json })
    },
    since: (id) => [...kept].filter(([one]) => one > id).map(([one, json]) => ({ id: one, json })),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

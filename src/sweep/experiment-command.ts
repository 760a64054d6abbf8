/** A command that makes runs of several pictures, to be copied from a message. */
import { shellWord } from '../text/shell.ts'

/** An experiment of one condition over some pictures, folders or patterns, written and started in one line. */
export function experimentCommand(files: readonly string[], presets: readonly string[]): string {
  const base = presets.length === 0 ? {} : { base: { extends: presets.length === 1 ? presets[0] : presets } }
  const text = JSON.stringify({ ...base, inputs: [{ files: files.length === 1 ? files[0] : files }] })
  return `printf '%s' ${shellWord(text)} > batch.json5 && rephoto sweep batch.json5`
}

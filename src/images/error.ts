// The one error class of reading, converting and writing pictures. A class of its own lets the command line tell a bad
// picture (one clear line, non-zero exit) from a mistake in the program (a stack trace).

/** A picture that can't be used. The message is one line: what was expected, what was found, what to do. */
export class PictureError extends Error {
  override readonly name = 'PictureError'
}

/** The first line of a foreign error's message, for a one-line message of ours (libvips strings several together). */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.trim()
}

/** What every command owes its user, whatever it was given: an error of ours, in one line that a terminal only prints. */
import { RephotoError } from '../../src/error.ts'

/** Whether an error is one of the program's own classes, which the command line prints without a trace. */
export function isOurs(error: unknown): boolean {
  return error instanceof RephotoError
}

/** One line, without control characters or what turns the direction of writing, and not longer than anybody reads. */
export function isCleanLine(text: string): boolean {
  return text.length < 2000 && !/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)
}

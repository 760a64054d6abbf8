/** Output that waits for its reader. */

/**
 * Makes what this process writes to a pipe wait until there is room in it. Node makes pipes not wait; then native code
 * whose text comes faster than it is read gets an error where it looks for none, and the text is lost.
 */
export function blockOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Not documented, and there for pipes alone; where it is not, a flood of native text may have gaps.
    const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } }
    handle?.setBlocking?.(true)
  }
}

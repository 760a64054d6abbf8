/**
 * How long a signal waits for a run that can't hear it: compiling, or asking for memory, blocks its thread for as long as it
 * takes. Before the first step there is nothing to be saved, so the process then ends as by the signal itself.
 */

/** A stop that gives up waiting. */
export interface Patience {
  /** A step was taken: from here on the run hears soon, and has something to write. */
  stepTaken(): void
  /** The signal came. */
  begin(signal: NodeJS.Signals): void
  end(): void
}

/**
 * @param milliseconds how long to wait
 * @param say tells the user before the process ends
 */
export function patience(milliseconds: number, say: () => void): Patience {
  let timer: NodeJS.Timeout | undefined
  let stepping = false
  const end = () => clearTimeout(timer)
  return {
    stepTaken() {
      stepping = true
      end()
    },
    begin(signal) {
      if (stepping) return
      timer = setTimeout(() => {
        say()
        // Not process.exit: that waits for the thread.
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      }, milliseconds)
    },
    end,
  }
}

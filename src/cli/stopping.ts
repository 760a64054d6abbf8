/** Ctrl-C for what consists of many runs: the first ends them in order, a second one the process, and with it the runs, at once. */
export interface Stopped<T> {
  readonly value: T
  /** What was received. */
  readonly signal?: 'SIGINT' | 'SIGTERM'
}

/** Does something that a signal stops. @param say tells the user that it was heard */
export async function stoppable<T>(
  say: (text: string) => void,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<Stopped<T>> {
  const controller = new AbortController()
  let received: 'SIGINT' | 'SIGTERM' | undefined
  const stop = (signal: 'SIGINT' | 'SIGTERM') => {
    received = signal
    controller.abort()
    say('stopping after the steps that are being taken; once more to stop at once')
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const value = await action(controller.signal)
    return { value, ...(received && { signal: received }) }
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop)
  }
}

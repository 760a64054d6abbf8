// Messages of the server, in their order. The browser itself connects again after a break and asks for what it missed.

import { byId } from '../../report/client/dom.ts'
import type { LiveMessage } from '../history.ts'

/** How it ended. */
export interface End {
  readonly status: string
  readonly report: boolean
  readonly error?: string
}

/** Hears all messages; `finish` is called once nothing more will come. */
export function listen(hear: (message: LiveMessage) => void): void {
  const events = new EventSource('events')
  events.onmessage = ({ data }: MessageEvent) => {
    const message = JSON.parse(data as string) as LiveMessage
    if (message.type === 'end') events.close()
    hear(message)
  }
  events.onerror = () => {
    // After the end, or when the program is gone; otherwise it comes again by itself.
    byId('state').classList.add('lost')
    if (events.readyState === EventSource.CLOSED) byId('state').textContent = 'The program has ended.'
  }
  events.onopen = () => byId('state').classList.remove('lost')
}

/** Asks for something; the answer comes as a message. */
export function ask(command: 'pause' | 'resume' | 'stop'): Promise<Response> {
  return fetch(command, { method: 'POST' })
}

/** A line of its own under the page. */
export function note(text: string): void {
  const item = document.createElement('li')
  item.textContent = text
  byId('notes').append(item)
}

export function showShare(share: number): void {
  byId('bar').style.width = `${Math.min(100, 100 * share)}%`
}

/** "3 min 5 s". */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
}

/** The page becomes the report, where there is one. */
export function finish({ status, report, error }: End): void {
  byId<HTMLButtonElement>('stop').disabled = true
  byId('state').textContent = error ? `Ended: ${error}` : `Ended: ${status}`
  if (!report) return
  byId('report').hidden = false
  // Whoever reads something else just now is not torn away.
  if (document.visibilityState === 'visible') location.replace('report')
}

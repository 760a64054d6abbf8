/** A gate between steps: closed from one thread, a run in another waits at it without taking the processor. */

/** Shared between the threads: 0 open, 1 closed. */
export type Gate = SharedArrayBuffer

/** An open gate. */
export function createGate(): Gate {
  return new SharedArrayBuffer(4)
}

/** Opens or closes it. */
export function setGate(gate: Gate, closed: boolean): void {
  const state = new Int32Array(gate)
  Atomics.store(state, 0, closed ? 1 : 0)
  Atomics.notify(state, 0)
}

/** Waits while it is closed. */
export function passGate(gate: Gate | undefined): void {
  if (gate === undefined) return
  const state = new Int32Array(gate)
  while (Atomics.load(state, 0) === 1) Atomics.wait(state, 0, 1)
}

import { setImmediate } from 'node:timers/promises'

/** Resolves when sockets and timers have had their turn of the event loop. */
export const nextTurn = (): Promise<void> => setImmediate()

import type { TerminalState } from './terminal-state.ts'
import type { Wanted } from './transaction-queue.ts'

/** One transaction that waits for its turn on a line. */
export interface Task extends Wanted {
  readonly kind: 'poll' | 'probe' | 'asked'
  readonly state?: TerminalState
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Ends it unrun: its terminal was taken out, fell silent, or the line stops. */
  readonly drop: (why: 'removed' | 'silent' | 'stopped') => void
}

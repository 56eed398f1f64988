import type { Clock, Timer } from '../clock.ts'

/** The machine's clock. A timer that is set keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(delayMs: number, work: () => void): Timer {
    const handle = setTimeout(work, Math.min(Math.max(0, delayMs), 0x7fff_ffff))
    const cancel = (): void => clearTimeout(handle)
    return { cancel, [Symbol.dispose]: cancel }
  },
}

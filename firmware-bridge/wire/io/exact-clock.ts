import type { Clock } from '@civitals/contracts/clock'

/** Waits up to this long are kept exactly; longer ones are time-outs, for which the system's timers will do. */
const shortMs = 5
const cell = new Int32Array(new SharedArrayBuffer(4))

/**
 * A clock for the silences of a serial line. The system's timers count whole milliseconds from the last turn of the loop, so that 1.75 ms
 * take 2 to 3.5; a short wait ends here within some 0.1 ms of its time. The part of a millisecond that no timer can keep is slept, which
 * holds the process up for less than 1 ms once a transaction and costs no processor time.
 */
export const exactClock = (clock: Clock): Clock => ({
  now: () => clock.now(),
  mono: () => clock.mono(),
  after(delayMs, work) {
    if (delayMs <= 0 || delayMs > shortMs) return clock.after(delayMs, work)
    const due = clock.mono() + delayMs
    // A timer starts from the loop's last turn, so it may end before its time, by whole milliseconds when the loop was busy.
    const waitOut = (): void => {
      const restMs = due - clock.mono()
      if (restMs >= 1) timer = clock.after(Math.floor(restMs), waitOut)
      else {
        if (restMs > 0) Atomics.wait(cell, 0, 0, restMs)
        work()
      }
    }
    let timer = clock.after(Math.floor(delayMs), waitOut)
    const cancel = (): void => timer.cancel()
    return { cancel, [Symbol.dispose]: cancel }
  },
})

import type { FakeClock } from '@civitals/contracts/clock'

/** Lets streams and promises come to rest; no time passes. */
export async function settle(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Moves a clock of virtual time on in steps, letting the streams of a `MemoryWire` work between them. */
export async function pass(clock: FakeClock, byMs: number, stepMs = 10): Promise<void> {
  await settle()
  for (let gone = 0; gone < byMs; gone += stepMs) {
    await clock.advance(Math.min(stepMs, byMs - gone))
    await settle()
  }
}

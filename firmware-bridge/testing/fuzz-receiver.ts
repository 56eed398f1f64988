import { type FrameCheck, frameChecks } from '../frames/frame.ts'
import { collectGarbage, madeFrames, memoryBytes, processorMs, random } from './fuzz.ts'
import type { Receiver } from './receivers.ts'
import type { ReceiverUnderTest } from './receivers-under-test.ts'
import { reseals } from './reseal.ts'

export interface ReceiverFuzz {
  readonly frames: number
  /** Frames, replies or reports that came of them. */
  readonly good: number
  /** What was refused, by the check it failed; `other`: good frames nobody had asked for. */
  readonly refused: Readonly<Record<FrameCheck | 'other', number>>
  readonly thrown: number
  /** Refused without words, or by no check of the list. */
  readonly unreasoned: number
  /** Frames of which nothing came and nobody said why. */
  readonly untold: number
  /** Good frames behind all this that had no effect. */
  readonly missed: number
  /** After garbage was collected: beside what was in use once a twentieth had been taken. Both times everything was given up that waits. */
  readonly growthBytes: number
  /** Most bytes kept for a frame that was not whole. */
  readonly heldMost: number
  /** Longest single call, processor time. */
  readonly slowestMs: number
  readonly ms: number
  readonly firstFailure?: string
}

/** How often something without end is fed between the made ones, and then a good frame. */
const goodEvery = 97
/** Bytes of what has no end. */
const endlessBytes = 16_384

/** Hands `count` made frames to a receiver, one after the other. Deterministic for a seed but for times and memory. */
export function fuzzReceiver({ open, good, codec }: ReceiverUnderTest, count: number, seed: number): ReceiverFuzz {
  const receiver = open()
  const tally = new Tally()
  const pick = random(seed + 1)
  const reseal = (codec === undefined ? undefined : reseals[codec]) ?? ((frame: Buffer) => frame)
  const began = performance.now()
  let before = 0
  let number = 0
  for (const frame of madeFrames(good, reseal, count, seed)) {
    if (number === Math.floor(count / 20)) before = settled(receiver)
    tally.take(receiver, frame, pick)
    if (number++ % goodEvery !== 0) continue
    const sample = good[pick(good.length)] ?? frame
    tally.take(receiver, Buffer.alloc(endlessBytes, sample.subarray(0, 1 + pick(sample.length))), pick)
    tally.takeGood(receiver, Math.floor(number / goodEvery))
  }
  const ms = performance.now() - began
  return { frames: count, ...tally.result(), growthBytes: settled(receiver) - before, ms }
}

function settled(receiver: Receiver): number {
  receiver.rest()
  collectGarbage()
  return memoryBytes()
}

class Tally {
  readonly #refused = Object.fromEntries([...frameChecks, 'other'].map((check) => [check, 0])) as Record<
    FrameCheck | 'other',
    number
  >
  readonly #counts = { good: 0, thrown: 0, unreasoned: 0, untold: 0, missed: 0 }
  #slowestMs = 0
  #heldMost = 0
  #firstFailure: string | undefined

  take(receiver: Receiver, frame: Buffer, pick: ReturnType<typeof random>): void {
    const began = processorMs()
    try {
      const { good, refused, untold = false } = receiver.take(frame, pick)
      this.#counts.good += good
      for (const { check, detail } of refused) {
        this.#refused[check ?? 'other']++
        const known = check === undefined || frameChecks.includes(check)
        if (!known || !detail) this.#fail('unreasoned', `${check} ${detail}`, frame)
      }
      if (untold) this.#fail('untold', 'nobody said why', frame)
    } catch (error) {
      this.#fail('thrown', String(error), frame)
    }
    this.#heldMost = Math.max(this.#heldMost, receiver.held ?? 0)
    this.#slowestMs = Math.max(this.#slowestMs, processorMs() - began)
  }

  takeGood(receiver: Receiver, number: number): void {
    try {
      if (!receiver.takesGood(number)) this.#fail('missed', `good frame ${number}`, Buffer.alloc(0))
    } catch (error) {
      this.#fail('thrown', String(error), Buffer.alloc(0))
    }
  }

  result(): Omit<ReceiverFuzz, 'frames' | 'growthBytes' | 'ms'> {
    const failure = this.#firstFailure === undefined ? {} : { firstFailure: this.#firstFailure }
    return { ...this.#counts, refused: this.#refused, heldMost: this.#heldMost, slowestMs: this.#slowestMs, ...failure }
  }

  #fail(what: 'thrown' | 'unreasoned' | 'untold' | 'missed', why: string, frame: Buffer): void {
    this.#counts[what]++
    this.#firstFailure ??= `${what}, ${why}: ${frame.toString('hex').slice(0, 2000)}`
  }
}

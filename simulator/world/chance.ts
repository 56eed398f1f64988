/**
 * Chance that can be asked again: every number is a function of a stream and an index, so the world at any instant is the
 * same whoever asks, in whatever order. Streams are named; two names never share numbers.
 */
export type Stream = number

/** The stream of a name under a seed (FNV-1a, then mixed). */
export function streamOf(seed: number, name: string): Stream {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  return mix(hash)
}

/** Finaliser of MurmurHash3: every input bit changes about half of the output bits. */
function mix(input: number): number {
  let hash = input | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Evenly spread over [0, 1). */
export function uniform(stream: Stream, index: number): number {
  const high = Math.floor(index / 0x1_0000_0000)
  return mix(mix(stream ^ mix(index >>> 0)) + Math.imul(high, 0x9e3779b9)) / 0x1_0000_0000
}

/** Normally spread, mean 0, standard deviation 1 (Box-Muller). */
export function gaussian(stream: Stream, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(stream, 2 * index)))
  return radius * Math.cos(2 * Math.PI * uniform(stream, 2 * index + 1))
}

/** Poisson count with mean `mean` (>= 0, up to some hundreds) by inversion of one uniform number. */
export function poisson(stream: Stream, index: number, mean: number): number {
  let left = uniform(stream, index)
  let chance = Math.exp(-mean)
  for (let count = 0; count < 1000; count++) {
    left -= chance
    if (left < 0) return count
    chance *= mean / (count + 1)
  }
  return 1000
}

/** A value that wanders: mean 0, standard deviation 1, function of time alone. */
export type Wander = (at: number) => number

/**
 * First-order autoregression on a time grid, straight between its steps. `memory` is the correlation of neighbouring steps.
 * The recursion is cut where it has faded below 2 % so that any instant can be had without starting from the beginning.
 */
export function wander(stream: Stream, stepMs: number, memory: number): Wander {
  const terms = Math.ceil(Math.log(0.02) / Math.log(memory))
  const weights = Array.from({ length: terms }, (_, lag) => Math.sqrt(1 - memory * memory) * memory ** lag)
  const at = (step: number): number =>
    weights.reduce((sum, weight, lag) => sum + weight * gaussian(stream, step - lag), 0)
  let known = Number.NaN
  let left = 0
  let right = 0
  return (time) => {
    const place = time / stepMs
    const step = Math.floor(place)
    if (step !== known) {
      left = step === known + 1 ? right : at(step)
      right = at(step + 1)
      known = step
    }
    return left + (right - left) * (place - step)
  }
}

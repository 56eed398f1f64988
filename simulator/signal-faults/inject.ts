import { gaussian, type Stream } from '../world/chance.ts'
import { toSteps } from '../world/sensor.ts'
import type { SignalFault, SignalSample } from './fault.ts'

/** A series as a broken terminal would have sent it, and what was done to it. */
export interface Faulted {
  readonly samples: readonly SignalSample[]
  /** Faults that changed at least one sample: holding a value that never moves is none. */
  readonly labels: readonly SignalFault[]
}

/** Puts faults into a clean series. Values keep the sensor's steps where `resolution` is given. Pure; `stream` is for the noise. */
export function inject(
  clean: readonly SignalSample[],
  faults: readonly SignalFault[],
  stream: Stream,
  resolution?: number,
): Faulted {
  let samples: readonly SignalSample[] = clean
  const labels: SignalFault[] = []
  const steps = (value: number): number => (resolution === undefined ? value : toSteps(value, resolution))
  for (const fault of faults) {
    const held = clean.find(({ at }) => at >= fault.from)?.value ?? 0
    let changed = false
    samples = samples.flatMap((sample) => {
      if (sample.at < fault.from || sample.at >= fault.to) return [sample]
      const faulty = touched(sample, fault, held, stream)
      const shown = faulty && {
        at: faulty.at,
        value: faulty.value === sample.value ? sample.value : steps(faulty.value),
      }
      changed ||= shown === undefined || shown.at !== sample.at || shown.value !== sample.value
      return shown ? [shown] : []
    })
    if (changed) labels.push(fault)
  }
  return { samples, labels }
}

/** One sample under one fault; undefined = it never arrives. */
function touched(
  { at, value }: SignalSample,
  fault: SignalFault,
  held: number,
  stream: Stream,
): SignalSample | undefined {
  const { kind, size } = fault
  switch (kind) {
    case 'spike':
    case 'offset':
      return { at, value: value + size }
    case 'stuck':
      return { at, value: held }
    case 'drift':
      return { at, value: value + (size * (at - fault.from)) / (fault.to - fault.from) }
    case 'noise':
      return { at, value: value + size * gaussian(stream, Math.floor(at / 1000)) }
    case 'gap':
      return undefined
    case 'units':
      return { at, value: value * size + (fault.shift ?? 0) }
    case 'clock':
      return { at: at + size, value }
  }
}

/** What can be wrong with the values of a series, as against the wire (scenario/faults.ts). */
export const signalFaultKinds = ['spike', 'stuck', 'drift', 'offset', 'noise', 'gap', 'units', 'clock'] as const
export type SignalFaultKind = (typeof signalFaultKinds)[number]

/** One value of a series. In a list of them the order is that of arrival; `at` is what the terminal's clock says. */
export interface SignalSample {
  /** ms since 1970. */
  readonly at: number
  readonly value: number
}

/** One fault as it is put into a series: the label detectors are judged by. Times are true times. */
export interface SignalFault {
  readonly kind: SignalFaultKind
  /** True time of the first sample it touches. */
  readonly from: number
  /** True time after the last one. */
  readonly to: number
  /**
   * Its size. spike, offset: added to the value. drift: reached at the end. noise: standard deviation added. units: factor.
   * clock: ms added to the time. stuck, gap: 0.
   */
  readonly size: number
  /** units: added after the factor (degrees Celsius to Fahrenheit: 1.8 and 32). */
  readonly shift?: number
}

/** How widely a series is spread by itself: what sizes of faults are multiples of. */
export function spreadOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  // The quartiles of a normal sample lie 1.349 standard deviations apart.
  const robust = (at(0.75) - at(0.25)) / 1.349
  if (robust > 0) return robust
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

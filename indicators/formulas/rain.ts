import tables from '../standards/cma-rain-signals.json' with { type: 'json' }

export interface RainSignal {
  /** 0 none, 1 blue, 2 yellow, 3 orange, 4 red. */
  readonly value: number
  readonly signal: string | null
}

/** Rainstorm signal from rain in mm that fell within the last 3, 6 and 12 hours [China Meteorological Administration]. */
export function rainSignal(h3: number, h6: number, h12: number): RainSignal {
  const fallen: Readonly<Record<number, number>> = { 3: h3, 6: h6, 12: h12 }
  const reached = tables.signals.find(({ hours, mm }) => (fallen[hours] ?? 0) >= mm)
  return { value: reached?.level ?? 0, signal: reached?.id ?? null }
}

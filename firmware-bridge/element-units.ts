import { isUnitId, units } from '@civitals/contracts/units'

/** Units as protocols and the units registry print them: what they measure, and how many of the first of their kind they are. */
export const measures: Readonly<Record<string, readonly [kind: string, size: number]>> = {
  m: ['length', 1],
  km: ['length', 1000],
  cm: ['length', 0.01],
  mm: ['length', 0.001],
  W: ['power', 1],
  kW: ['power', 1000],
  MW: ['power', 1e6],
  var: ['reactive power', 1],
  kvar: ['reactive power', 1000],
  Mvar: ['reactive power', 1e6],
  VA: ['apparent power', 1],
  kVA: ['apparent power', 1000],
  MVA: ['apparent power', 1e6],
  kWh: ['energy', 1],
  Wh: ['energy', 1e-3],
  MWh: ['energy', 1000],
  kvarh: ['reactive energy', 1],
  varh: ['reactive energy', 1e-3],
  Mvarh: ['reactive energy', 1000],
  V: ['voltage', 1],
  mV: ['voltage', 0.001],
  kV: ['voltage', 1000],
  A: ['current', 1],
  mA: ['current', 0.001],
  Hz: ['frequency', 1],
  '°C': ['temperature', 1],
  '°': ['angle', 1],
  degree: ['angle', 1],
  celsius: ['temperature', 1],
  'g/m³': ['concentration', 1],
  'mg/L': ['concentration', 1],
  'mg/m³': ['concentration', 1e-3],
  'µg/L': ['concentration', 1e-3],
  'µg/m³': ['concentration', 1e-6],
  'ng/L': ['concentration', 1e-6],
  'ng/m³': ['concentration', 1e-9],
  Pa: ['pressure', 1],
  hPa: ['pressure', 100],
  mbar: ['pressure', 100],
  kPa: ['pressure', 1000],
  bar: ['pressure', 1e5],
  MPa: ['pressure', 1e6],
  'm/s': ['speed', 1],
  'km/h': ['speed', 1 / 3.6],
  '%': ['ratio', 0.01],
  '‰': ['ratio', 0.001],
  'm³': ['volume', 1],
  L: ['volume', 0.001],
  'm³/h': ['flow', 1],
  'L/h': ['flow', 0.001],
  'L/s': ['flow', 3.6],
  'L/min': ['flow', 0.06],
  'm³/s': ['flow', 3600],
  'µS/cm': ['conductivity', 0.001],
  'mS/cm': ['conductivity', 1],
  '%LEL': ['explosive limit', 1],
  dB: ['sound level', 1],
  'dB(A)': ['sound level', 1],
  度: ['turbidity', 1],
  NTU: ['turbidity', 1],
  s: ['duration', 1],
  min: ['duration', 60],
  h: ['duration', 3600],
}

/**
 * What is wrong with giving numbers that come in `printed` the unit `unit` of the registry at this scale; undefined: nothing, or it
 * cannot be said. `printed` is '' for pure numbers and `flag` for 0 and 1.
 */
export function unitFault(printed: string, unit: string, scale: number = 1): string | undefined {
  if (!isUnitId(unit)) return undefined
  const { symbol } = units[unit]
  if (printed === 'flag') return unit === 'onoff' ? undefined : `comes as 0 or 1: its unit is onoff, not ${unit}`
  if (printed === '') return symbol === '' || scale !== 1 ? undefined : `comes as a pure number, not in ${symbol}`
  const [kind, size] = measures[printed] ?? []
  const [ownKind, ownSize] = measures[symbol] ?? []
  if (kind === undefined || size === undefined) return printed === symbol ? undefined : `comes in ${printed}`
  if (ownKind !== kind || ownSize === undefined) return `comes in ${printed}, which is no ${symbol || unit}`
  const wanted = size / ownSize
  return Math.abs(scale / wanted - 1) < 1e-6
    ? undefined
    : `comes in ${printed}: for ${symbol} its scale is ${Number(wanted.toPrecision(9))}`
}

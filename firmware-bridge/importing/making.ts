// How the number of a point is made of its registers: scale, offset, resolution, range.
import { type RegisterType, wholeRange } from '../registers.ts'
import type { Field } from './heading-words.ts'
import { decimalsOf, type Making, numberOf, type Range, rangeOf, scaleHint, scaleOf, stepOf, tidy } from './numbers.ts'
import type { RowReader } from './row-reader.ts'
import type { NamedUnit } from './unit-names.ts'
import { onOneLine, saysNothing } from './words.ts'

/** In the unit of the registry. */
export interface Made {
  readonly scale: number
  readonly offset: number
  readonly resolution: number
  readonly range: Range
}

/** Floats come without steps; finer than this no sensor of a city tells apart. */
const floatResolution = 0.001
const widest = 1e9

/** Cells that say how a number is made, each by itself. */
export function readMaking(reader: RowReader, whole = false) {
  const making = scaleIn(reader) ?? scaleInRemark(reader, whole)
  return {
    making,
    decimals: reader.read('decimals', decimalsOf),
    step: reader.read('step', stepOf),
    offset: reader.read('offset', numberOf) ?? making?.offset ?? 0,
    said: reader.read('range', rangeOf),
  }
}

/** What scale, decimals, resolution, unit and range of a row say together. */
export function madeOf(reader: RowReader, type: RegisterType, unit: NamedUnit): Made {
  const whole = type.startsWith('f') ? undefined : wholeRange[type]
  const { making, decimals, step, offset, said } = readMaking(reader, whole !== undefined)
  const scale = whole
    ? wholeScale(reader, making, { decimals, step, unitStep: unit.step })
    : floatScale(reader, making, unit.step)
  const places = decimals === undefined ? undefined : tidy(10 ** -decimals)
  const fine = whole ? Math.abs(scale) : (places ?? floatResolution * Math.abs(scale))
  const resolution = step !== undefined && (making || !whole) ? step : fine
  const range = rangeIn(reader, said, type, { scale, offset })
  const inUnit = (value: number): number => tidy(value * unit.factor)
  return {
    ...{ scale: inUnit(scale), offset: inUnit(offset), resolution: inUnit(resolution) },
    range: [inUnit(range[0]), inUnit(range[1])],
  }
}

const scaleFields = ['scale', 'multiplier', 'divisor'] as const

function scaleIn(reader: RowReader): Making | undefined {
  const said = scaleFields.flatMap((field) => reader.read(field, (text) => scaleOf(text, field)) ?? [])
  const [first, second] = said
  if (first && second && first.scale !== second.scale)
    reader.wrong('divisor', 'says another scale than the column beside it')
  return first
}

/** A formula of a remark counts where no column says a scale; what only sounds like one is told. */
function scaleInRemark(reader: RowReader, whole: boolean): Making | undefined {
  const others = ['decimals', 'step', ...scaleFields] as const
  if (others.some((field) => !saysNothing(reader.text(field))) || /\d/.test(reader.text('unit'))) return undefined
  const said = scaleHint(reader.text('remark'))
  if (said === undefined) return undefined
  // A float may hold the value itself, whatever its decimals.
  const hint = whole ? said : 'unclear'
  const remark = onOneLine(reader.text('remark')).slice(0, 60)
  reader.note(
    hint === 'unclear'
      ? `its remark may say a scale, which is not taken: ${remark}`
      : `scale ${hint.scale} taken from its remark: ${remark}`,
  )
  return hint === 'unclear' ? undefined : hint
}

/** One count of a register of whole numbers: said by a scale, by decimals, by a resolution or by a unit such as 0.1V. */
function wholeScale(
  reader: RowReader,
  making: Making | undefined,
  { decimals, step, unitStep }: { readonly [one in 'decimals' | 'step' | 'unitStep']: number | undefined },
): number {
  const said: readonly (readonly [Field, number | undefined])[] = [
    ['decimals', decimals === undefined ? undefined : tidy(10 ** -decimals)],
    ['step', step],
    ['unit', unitStep],
  ]
  const others = said.filter((one): one is readonly [Field, number] => one[1] !== undefined)
  const [first] = others
  if (!making) {
    for (const [field, other] of others) {
      if (first && other !== first[1])
        reader.wrong(field, `says steps of ${other}, but the ${first[0]} column ${first[1]}`)
    }
    return first?.[1] ?? 1
  }
  if (unitStep !== undefined && unitStep !== making.scale)
    reader.wrong('unit', `says ${unitStep}, but the scale is ${making.scale}`)
  if (decimals === undefined || Number.isInteger(tidy(making.scale * 10 ** decimals))) {
    if (making.scale !== 1 || !decimals) return making.scale
    reader.note(`scale 1 and ${decimals} decimals: read in steps of ${tidy(10 ** -decimals)}`)
    return tidy(10 ** -decimals)
  }
  reader.wrong('decimals', `do not go with the scale ${making.scale}`)
  return making.scale
}

function floatScale(reader: RowReader, making: Making | undefined, unitStep: number | undefined): number {
  if (unitStep !== undefined) reader.wrong('unit', 'counts steps, but a float has none: write the unit alone')
  return making?.scale ?? 1
}

/** Every value the type can have, in the unit of the list. */
function reachOf(type: RegisterType, { scale, offset }: Pick<Made, 'scale' | 'offset'>): Range {
  const whole = type.startsWith('f') ? undefined : wholeRange[type]
  if (!whole) return [-widest * Math.max(1, Math.abs(scale)), widest * Math.max(1, Math.abs(scale))]
  // Beyond 2^53 a number has gaps.
  const ends = whole.map((end) => Math.max(-(2 ** 53), Math.min(2 ** 53, end)) * scale + offset)
  return [Math.min(...ends), Math.max(...ends)]
}

function rangeIn(
  reader: RowReader,
  said: Range | undefined,
  type: RegisterType,
  making: Pick<Made, 'scale' | 'offset'>,
): Range {
  const reach = reachOf(type, making)
  const whole = type.startsWith('f') ? undefined : wholeRange[type]
  if (!said || !whole) return said ?? reach
  const [low, high] = said
  if (low === whole[0] && high === whole[1]) return reach
  if (low >= reach[0] && high <= reach[1]) return said
  if (low < whole[0] || high > whole[1]) return said
  // Wider than any value can be: the maker means counts of the register.
  reader.note(`range ${low} to ${high} is beyond what ${type} at scale ${making.scale} reaches: taken as counts`)
  const ends = said.map((end) => end * making.scale + making.offset)
  return [Math.min(...ends), Math.max(...ends)]
}

// Numbers of the data behind an identifier, each under the identifier it has alone.
import type { ElementData } from '../frames/elements.ts'
import { printedDigits } from '../frames/meter-frame.ts'
import type { Edition } from './control.ts'
import { numberOf } from './explain.ts'
import { meaningOf, type Quantity } from './identifiers.ts'

/** 4 digits name data of the 1997 edition, 8 those of 2007. */
export const editionOfIdentifier = (identifier: string): Edition => (identifier.length === 4 ? 1997 : 2007)

/** The identifier that brings this one and its neighbours, all phases or all rates, in one reply; undefined where there is none. */
export function blockOf(identifier: string): string | undefined {
  const block =
    identifier.length === 4 ? `${identifier.slice(0, 3)}F` : `${identifier.slice(0, 4)}FF${identifier.slice(6)}`
  const meaning = block === identifier ? undefined : meaningOf(editionOfIdentifier(identifier), block)
  const many = meaning?.kind === 'quantities' && (meaning.repeats || meaning.of.length > 1)
  return many ? block : undefined
}

/** The identifier of place `part` of a block. */
const partOf = (block: string, part: number): string => {
  const digits = part.toString(16).toUpperCase()
  return block.length === 4
    ? `${block.slice(0, 3)}${digits}`
    : `${block.slice(0, 4)}${digits.padStart(2, '0')}${block.slice(6)}`
}

/** `XXX.X`: digits of a number, low byte first on the wire. */
function quantityOf(format: string): Quantity {
  const [whole = '', decimals = ''] = format.split('.')
  return { key: '', unit: '', bytes: (whole.length + decimals.length) / 2, decimals: decimals.length }
}

/**
 * What the data of `identifier` say; undefined when they are not as it, or `format`, says. Elements of a block stand under the identifiers
 * its parts have, and as `BLOCK.key`; the bits of a state word as `IDENTIFIER.bit0` to `bit15`.
 */
export function elementsOf(identifier: string, data: Buffer, format?: string): ElementData | undefined {
  const meaning = meaningOf(editionOfIdentifier(identifier), identifier)
  if (format !== undefined) {
    const signed = meaning?.kind === 'quantities' && meaning.of[0]?.signed ? { signed: true as const } : {}
    const quantity = { ...quantityOf(format), ...signed }
    return data.length === quantity.bytes ? { elements: named(identifier, numberOf(quantity, data)) } : undefined
  }
  if (!meaning) return undefined
  if (meaning.kind === 'text') return textOf(identifier, meaning.key, data, meaning.bytes)
  if (meaning.kind === 'demand') {
    const { bytes } = meaning.of
    // Minute, hour, day, month, year of its occurrence stand behind it.
    if (data.length !== bytes + 5) return undefined
    const at = printedDigits(data.subarray(bytes))
    return {
      elements: named(identifier, numberOf(meaning.of, data.subarray(0, bytes))),
      texts: { [`${identifier}.at`]: at },
    }
  }
  return quantitiesOf(identifier, meaning, data)
}

const named = (key: string, value: number | undefined): Record<string, number> =>
  value === undefined ? {} : { [key]: value }

function textOf(identifier: string, key: string, data: Buffer, bytes: number): ElementData | undefined {
  if (data.length !== bytes) return undefined
  const texts = { [identifier]: printedDigits(data) }
  if (!key.startsWith('status')) return { elements: {}, texts }
  const word = data.readUInt16LE(0)
  const bits = Array.from({ length: 16 }, (_, bit) => [`${identifier}.bit${bit}`, (word >> bit) & 1] as const)
  return { elements: { [identifier]: word, ...Object.fromEntries(bits) }, texts }
}

function quantitiesOf(
  identifier: string,
  { of, repeats }: { readonly of: readonly Quantity[]; readonly repeats?: true },
  data: Buffer,
): ElementData | undefined {
  const [first] = of
  if (!first) return undefined
  const count = repeats ? data.length / first.bytes : of.length
  if (count === 0 || data.length !== count * first.bytes) return undefined
  if (count === 1 && !repeats) return { elements: named(identifier, numberOf(first, data)) }
  // The total of all phases stands at 0, where there is one.
  const begin = repeats || of.length > 3 ? 0 : 1
  const elements: Record<string, number> = {}
  for (let place = 0; place < count; place++) {
    const value = numberOf(first, data.subarray(place * first.bytes, (place + 1) * first.bytes))
    if (value === undefined) continue
    elements[partOf(identifier, begin + place)] = value
    const key = of[place]?.key ?? `${first.key}Rate${place}`
    elements[`${identifier}.${key}`] = value
  }
  return { elements }
}

/** Bytes of data a reply to `identifier` has; undefined where it is not known beforehand. */
export function dataLengthOf(identifier: string, format?: string): number | undefined {
  if (format !== undefined) return quantityOf(format).bytes
  const meaning = meaningOf(editionOfIdentifier(identifier), identifier)
  if (meaning?.kind === 'text') return meaning.bytes
  if (meaning?.kind === 'demand') return meaning.of.bytes + 5
  if (!meaning || meaning.repeats) return undefined
  return meaning.of.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * Unit of the number an element key names, `flag` for a bit of a state word; undefined for an identifier the standard does not know, for
 * a text, and for a part the identifier does not have.
 */
export function unitOfElement(element: string): string | undefined {
  const [identifier = '', part] = element.split('.')
  const meaning = meaningOf(editionOfIdentifier(identifier), identifier)
  if (!meaning) return undefined
  if (meaning.kind === 'demand') return part === undefined ? meaning.of.unit : undefined
  if (meaning.kind === 'text') {
    if (!meaning.key.startsWith('status')) return undefined
    return part === undefined ? '' : /^bit(1[0-5]|\d)$/.test(part) ? 'flag' : undefined
  }
  const [first] = meaning.of
  const many = meaning.repeats || meaning.of.length > 1
  if (part === undefined) return many ? undefined : first?.unit
  if (!many) return undefined
  return meaning.of.some(({ key }) => key === part) || (meaning.repeats && part.startsWith(`${first?.key}Rate`))
    ? first?.unit
    : undefined
}

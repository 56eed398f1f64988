import { knownElement } from './element-tables.ts'
import { unitFault } from './element-units.ts'
import type { ElementPoint, ElementProfile } from './profile.ts'
import type { Remark } from './profile-lint.ts'
import type { ElementProtocol } from './profile-schema.ts'

/** What keys of each protocol look like, and one as an example. */
const elementKeys: Readonly<Record<ElementProtocol, { readonly pattern: RegExp; readonly example: string }>> = {
  // Factor code or parameter, then the field [HJ 212-2017 table 4].
  hj212: { pattern: /^[A-Za-z]\w{0,10}-[A-Za-z]+$/, example: 'a34004-Rtd' },
  // Data identifier, higher byte first; two bytes in the 1997 edition.
  dlt645: { pattern: /^([0-9A-F]{4}|[0-9A-F]{8})(\.\w+)?$/, example: '02010100' },
  cjt188: { pattern: /^[0-9A-F]{4}\.\w+$/, example: '901F.total' },
  // Element id, with FF before the second byte of those of the extension [SL 651-2014 annex C].
  sl651: { pattern: /^(FF)?[0-9A-F]{2}$/, example: '39' },
  // System code / its address / component, 8 digits / what; or device / what.
  gb26875: { pattern: /^(device|\d{1,3}\/\d{1,3}(\/[0-9A-F]{8})?)\/\w+$/, example: '1/2/fire' },
  jtt808: { pattern: /^((alarm|status)\/)?\w+$/, example: 'speed' },
  'mqtt-json': { pattern: /^(\$\.?)?[^.[\]\s]+(\.[^.[\]\s]+|\[\d+\])*$/, example: 'object.temperature' },
}

/** What is wrong with the key a point is reported under, and with its unit. */
export function* elementFindings(point: ElementPoint, profile: ElementProfile): Generator<Remark> {
  const { read } = point
  const { protocol } = profile
  const { pattern, example } = elementKeys[protocol]
  if (read.format !== undefined && protocol !== 'dlt645') yield ['read.format', 'is for dlt645']
  if (point.class === 'identity') yield ['class', `identity is for modbus; ${protocol} says by itself who sends`]
  if (!pattern.test(read.element)) {
    yield ['read.element', `is no key of ${protocol}, such as ${example}`]
    return
  }
  const known = knownElement(profile, read)
  if ('fault' in known) yield ['read.element', known.fault]
  // An enumeration says itself what its values are.
  else if (known.unit !== undefined && read.values === undefined && !statedByStation(protocol, read)) {
    const fault = unitFault(known.unit, point.unit, read.scale)
    if (fault !== undefined) yield ['unit', `${read.element} ${fault}`]
  }
}

/** Stations differ from the unit table of HJ 212: a scale that is written, 1 too, stands against it. */
const statedByStation = (protocol: ElementProtocol, { scale }: ElementPoint['read']): boolean =>
  protocol === 'hj212' && scale !== undefined

/** What is wrong with how a meter is asked. */
export function* meterFindings({ protocol, meter }: ElementProfile): Generator<Remark> {
  if (meter && protocol !== 'cjt188') yield ['meter', 'is for cjt188']
  if (protocol === 'cjt188' && meter?.type === undefined)
    yield ['meter', 'key type is missing: what kind of meter is asked, such as "10"']
}

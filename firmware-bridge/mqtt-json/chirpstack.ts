import type { EpochMs } from '@civitals/contracts/clock'
import { valueAt } from './document.ts'
import { instantOfJson } from './time.ts'

/** Events of uplinks on any ChirpStack broker. */
export const chirpStackTopic = 'application/+/device/+/event/up'

/** Fields that plain JSON of Protocol Buffers leaves out where they are zero. */
const mayBeOmitted = ['fCnt', 'fPort', 'dr'] as const

/** An uplink event with the zeros its encoding may leave out. */
export function chirpStackDocument(document: object): object {
  const uplink = Object.hasOwn(document, 'data') || Object.hasOwn(document, 'object')
  const zeros = uplink ? Object.fromEntries(mayBeOmitted.map((key) => [key, 0])) : {}
  return { ...zeros, ...document }
}

/**
 * What is wrong with an event that version 4 did not write: version 3 names the device outside deviceInfo, gives no time of the uplink and, as
 * set up, its object as a text or not at all. Undefined: nothing.
 */
export const chirpStackFault = (document: object): string | undefined =>
  Object.hasOwn(document, 'devEUI') && !Object.hasOwn(document, 'deviceInfo')
    ? 'an event of ChirpStack 3 (devEUI without deviceInfo): version 4 is read; take payload: json with address: topic[3] for what stands in it'
    : undefined

/** devEui as 16 small hexadecimal digits. */
export function chirpStackAddress(document: unknown): string | undefined {
  const eui = valueAt(document, 'deviceInfo.devEui')
  return typeof eui === 'string' && /^[0-9A-Fa-f]{16}$/.test(eui) ? eui.toLowerCase() : undefined
}

/** When the uplink was received. */
export const chirpStackTime = (document: unknown): EpochMs | undefined => instantOfJson(valueAt(document, 'time'))

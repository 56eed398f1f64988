import type { EpochMs } from '@civitals/contracts/clock'
import { valueAt } from './document.ts'
import { instantOfJson } from './time.ts'

/** Events of uplinks on any ChirpStack broker. */
export const chirpStackTopic = 'application/+/device/+/event/up'

/** Fields that plain JSON of Protocol Buffers leaves out where they are zero. */
const mayBeOmitted = ['fCnt', 'fPort', 'dr'] as const

/** An uplink event with what its encoding leaves out or hides: zeros, and the decoded object that version 3 gives as a text. */
export function chirpStackDocument(document: object): object {
  const uplink = Object.hasOwn(document, 'data') || Object.hasOwn(document, 'object')
  const zeros = uplink ? Object.fromEntries(mayBeOmitted.map((key) => [key, 0])) : {}
  const { objectJSON } = document as { readonly objectJSON?: unknown }
  if (typeof objectJSON !== 'string' || Object.hasOwn(document, 'object')) return { ...zeros, ...document }
  try {
    return { ...zeros, ...document, object: JSON.parse(objectJSON) as unknown }
  } catch {
    return { ...zeros, ...document }
  }
}

/** devEui of version 4, or devEUI of version 3 in hexadecimal digits or Base64; as 16 small hexadecimal digits. */
export function chirpStackAddress(document: unknown): string | undefined {
  for (const path of ['deviceInfo.devEui', 'devEUI']) {
    const eui = valueAt(document, path)
    if (typeof eui !== 'string') continue
    if (/^[0-9A-Fa-f]{16}$/.test(eui)) return eui.toLowerCase()
    const bytes = Buffer.from(eui, 'base64')
    if (bytes.length === 8) return bytes.toString('hex')
  }
  return undefined
}

/** When the uplink was received: of version 4, or of version 3, which says so of its gateways only. */
export function chirpStackTime(document: unknown): EpochMs | undefined {
  for (const path of ['time', 'publishedAt', 'rxInfo[0].time']) {
    const at = instantOfJson(valueAt(document, path))
    if (at !== undefined) return at
  }
  return undefined
}

import { createHmac, randomBytes } from 'node:crypto'
import { CivitalsError } from '@civitals/contracts/errors'

const prefix = 'whsec_'

/** A new secret: 32 random bytes [Standard Webhooks, "Symmetric": 24 to 64 bytes]. */
export const createSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`

/** Checks a secret somebody brings along. Throws CIV_WORKORDERS_SECRET_INVALID. */
export function checkSecret(secret: string): void {
  const length = keyOf(secret).length
  if (secret.startsWith(prefix) && length >= 24 && length <= 64) return
  throw new CivitalsError('CIV_WORKORDERS_SECRET_INVALID', `a secret is ${prefix} and 24 to 64 bytes in base64`)
}

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64')

/** The part of a message that is signed, and with what. `timestamp`: seconds since 1970 of the attempt. */
export interface Signable {
  readonly id: string
  readonly timestamp: number
  readonly body: string
}

/** `v1,<base64>`: HMAC-SHA256 over `id.timestamp.body` [Standard Webhooks, "Signature scheme"]. */
export function sign(secret: string, { id, timestamp, body }: Signable): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return `v1,${mac}`
}

/** The headers of one attempt. The body is a CloudEvent in structured mode [CloudEvents HTTP binding 3.2]. */
export const headersOf = (secret: string, message: Signable): Record<string, string> => ({
  'content-type': 'application/cloudevents+json; charset=utf-8',
  'user-agent': 'civitals-webhooks/1',
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': sign(secret, message),
})

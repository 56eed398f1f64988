import { crc32 } from 'node:zlib'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { type Seal, sealOf } from '@civitals/contracts/seal'

/** Why a payload is not taken. */
export interface Damage {
  readonly reason: 'damaged envelope' | 'malformed envelope'
  readonly detail: string
}

interface Known {
  /** Its envelopes are sealed: one that cannot be read lost its seal on the way. */
  seals: boolean
  readonly seen: Set<string>
}

/** Unusable payloads of one gateway that are remembered. */
const most = 64

/**
 * Tells bytes that turned on their way, which their gateway will send again as they were, from what a gateway really wrote. Damage is never twice
 * the same: unusable bytes that come once more just so were written so, and are let through, to be settled as rejected. Otherwise one bad row
 * would be sent for ever.
 */
export class Wholeness {
  readonly #gateways = new Map<string, Known>()

  /** Undefined when it may be taken: it is whole, or as good as it will ever be. */
  look(gateway: string, payload: Uint8Array, seal: Seal = sealOf(payload)): Damage | undefined {
    const known = this.#known(gateway)
    if (seal !== 'none') known.seals = true
    if (seal === 'holds') return undefined
    const decoded = decodeEnvelope(payload, seal)
    if (decoded.ok || this.#again(known, payload)) return undefined
    const damaged = seal === 'broken' || known.seals
    return { reason: damaged ? 'damaged envelope' : 'malformed envelope', detail: decoded.reason.slice(0, 200) }
  }

  /** Whether a payload that is no envelope and cannot be used was turned on its way, as far as its seal tells. */
  isDamaged(gateway: string, payload: Uint8Array): boolean {
    return sealOf(payload) === 'broken' && !this.#again(this.#known(gateway), payload)
  }

  #known(gateway: string): Known {
    const known = this.#gateways.get(gateway) ?? { seals: false, seen: new Set() }
    this.#gateways.set(gateway, known)
    return known
  }

  /** Whether just these bytes came before; the oldest remembered go first. */
  #again({ seen }: Known, payload: Uint8Array): boolean {
    const print = `${payload.length}-${crc32(payload)}`
    if (seen.delete(print)) return true
    seen.add(print)
    for (const oldest of seen) {
      if (seen.size <= most) break
      seen.delete(oldest)
    }
    return false
  }
}

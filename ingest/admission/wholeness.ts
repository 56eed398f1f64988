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
  /** How often just these unusable bytes have come. */
  readonly seen: Map<string, number>
}

/** Unusable payloads of one gateway that are remembered. */
const most = 64
/**
 * Comings after which unusable bytes count as written so. A seal that does not hold says they were not, unless they rotted in the box: one bit of a
 * bad line may turn twice by chance (the miniature saw it in one of 10,000 seeds), not four times. Bytes without a seal say nothing of the kind.
 */
const believedAfter = { broken: 4, none: 2 } as const

/**
 * Tells bytes that turned on their way, which their gateway will send again as they were, from what a gateway really wrote. Damage is hardly ever
 * the same again: unusable bytes that keep coming just so were written so, and are let through, to be settled as rejected. Otherwise one bad
 * row would be sent for ever.
 */
export class Wholeness {
  readonly #gateways = new Map<string, Known>()

  /** Undefined when it may be taken: it is whole, or as good as it will ever be. */
  look(gateway: string, payload: Uint8Array, seal: Seal = sealOf(payload)): Damage | undefined {
    const known = this.#known(gateway)
    if (seal !== 'none') known.seals = true
    if (seal === 'holds') return undefined
    const decoded = decodeEnvelope(payload, seal)
    if (decoded.ok || this.#oftenEnough(known, payload, seal)) return undefined
    const damaged = seal === 'broken' || known.seals
    return { reason: damaged ? 'damaged envelope' : 'malformed envelope', detail: decoded.reason.slice(0, 200) }
  }

  /** Whether a payload that is no envelope and cannot be used was turned on its way, as far as its seal tells. */
  isDamaged(gateway: string, payload: Uint8Array): boolean {
    return sealOf(payload) === 'broken' && !this.#oftenEnough(this.#known(gateway), payload, 'broken')
  }

  #known(gateway: string): Known {
    const known = this.#gateways.get(gateway) ?? { seals: false, seen: new Map() }
    this.#gateways.set(gateway, known)
    return known
  }

  /** Whether just these bytes have come so often that they were written so; what came longest ago is forgotten first. */
  #oftenEnough({ seen }: Known, payload: Uint8Array, seal: 'broken' | 'none'): boolean {
    const print = `${payload.length}-${crc32(payload)}`
    const times = (seen.get(print) ?? 0) + 1
    seen.delete(print)
    if (times >= believedAfter[seal]) return true
    seen.set(print, times)
    for (const oldest of seen.keys()) {
      if (seen.size <= most) break
      seen.delete(oldest)
    }
    return false
  }
}

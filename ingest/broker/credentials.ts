import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { gatewayOfDoctor } from '@civitals/contracts/doctor-client'
import { isId } from '@civitals/contracts/ids'
import { verifyPassword } from '../registry/password.ts'
import { type Denial, mayPublish, type Publication } from './access.ts'

/** What a CONNECT packet says. */
export interface Login {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: Uint8Array | undefined
  readonly will: Publication | undefined
  /** Which run of the gateway this is, as its will tells it. */
  readonly boot?: string
  /** How often it will be heard at least, in seconds. */
  readonly keepaliveS?: number
}

/** Stored hash of a gateway's password; undefined when the gateway is not registered. */
export type HashOf = (gateway: string) => string | undefined

/**
 * Judges logins: client id, user name and gateway id are one and the same, the password fits the stored scrypt hash, the will
 * passes the ACL. A gateway's doctor has a client id of its own and no will. Both outcomes of the costly hash are remembered (as keyed digests, in memory), so that a storm of
 * reconnecting gateways, and one gateway that keeps trying the wrong password, cost next to nothing.
 */
export class Credentials {
  readonly #hashOf: HashOf
  readonly #key = randomBytes(32)
  readonly #right = new Map<string, Verdict>()
  readonly #wrong = new Map<string, Verdict>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(hashOf: HashOf) {
    this.#hashOf = hashOf
  }

  /** undefined: welcome. */
  async judge({ clientId, username, password, will }: Login): Promise<Denial | undefined> {
    const gateway = gatewayOfDoctor(clientId) ?? clientId
    if (!isId(gateway)) return { reason: 'protocol violation', detail: 'empty or impossible client id' }
    if (username !== gateway) return { reason: 'wrong password', detail: 'user name is not the client id' }
    const hash = this.#hashOf(gateway)
    if (!hash) return { reason: 'unknown gateway', detail: clientId }
    if (!password || !(await this.#fits(gateway, password, hash))) return { reason: 'wrong password', detail: clientId }
    if (!will) return undefined
    const access = mayPublish(clientId, will)
    return access.ok ? undefined : { ...access.denial, detail: `will: ${access.denial.detail}` }
  }

  async #fits(gateway: string, password: Uint8Array, hash: string): Promise<boolean> {
    const digest = createHmac('sha256', this.#key).update(password).digest()
    if (remembers(this.#right.get(gateway), hash, digest)) return true
    if (remembers(this.#wrong.get(gateway), hash, digest)) return false
    const fits = await this.#inTurn(() => verifyPassword(password, hash))
    const memory = fits ? this.#right : this.#wrong
    memory.set(gateway, { hash, digest })
    return fits
  }

  /** One hash at a time: each takes 16 MiB and a thread that files need too. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

interface Verdict {
  readonly hash: string
  readonly digest: Buffer
}

const remembers = (verdict: Verdict | undefined, hash: string, digest: Buffer): boolean =>
  verdict !== undefined && verdict.hash === hash && timingSafeEqual(verdict.digest, digest)

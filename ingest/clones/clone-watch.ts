import type { EpochMs } from '@civitals/contracts/clock'
import type { Box, Clone } from '@civitals/contracts/clone'

/** Who speaks as a gateway now. */
export interface Speaker {
  readonly boot: string
  readonly spool: string | undefined
  readonly address: string | undefined
  /** The time its own clock showed when it said so: a broker may deliver a status twice. */
  readonly saidAt: number
}

/** What is known of one gateway: its runs in the order they were first heard, and the newest case of a clone. */
export interface GatewayBoxes {
  readonly boxes: readonly Box[]
  readonly clone: Clone | null
}

/** Runs remembered of one gateway; a restart makes a new one. */
const mostBoxes = 16
/** So many take-overs of sessions that were alive, in so long, are a storm: one box that reconnects does not reach it. */
const stormTakeOvers = 8
const stormWithinMs = 5 * 60_000
const mostAddresses = 8

/**
 * Finds boxes that use one gateway id. The proof is a run of the gateway program that speaks again after another has followed it: a
 * box that restarts, is repaired or is replaced never does. Who was there first is kept, the other refused, until a person decides.
 * Pure: what changed is handed to `onChange`.
 */
export class CloneWatch {
  readonly #gateways = new Map<string, GatewayBoxes>()
  readonly #current = new Map<string, string>()
  readonly #takeOvers = new Map<string, EpochMs[]>()
  readonly #onChange: (gateway: string, boxes: GatewayBoxes) => void

  constructor(known: ReadonlyMap<string, GatewayBoxes>, onChange: (gateway: string, boxes: GatewayBoxes) => void) {
    for (const [gateway, boxes] of known) this.#gateways.set(gateway, boxes)
    this.#onChange = onChange
  }

  /** Newest case of every gateway that ever had one. */
  clones(): Clone[] {
    return [...this.#gateways.values()].flatMap(({ clone }) => clone ?? [])
  }

  /** A gateway says who it is; false: it is a refused one, and what follows from it is not taken. */
  hear(gateway: string, speaker: Speaker, at: EpochMs): boolean {
    const before = this.#gateways.get(gateway) ?? { boxes: [], clone: null }
    const known = before.boxes.find(({ boot }) => boot === speaker.boot)
    if (known && speaker.saidAt <= known.saidAt) return !this.isRefused(gateway, speaker.boot)
    const followed = known !== undefined && this.#current.get(gateway) !== known.boot && this.#current.has(gateway)
    this.#current.set(gateway, speaker.boot)
    const box: Box = {
      boot: speaker.boot,
      spool: speaker.spool ?? known?.spool ?? null,
      address: speaker.address ?? known?.address ?? null,
      firstHeardAt: known?.firstHeardAt ?? at,
      lastHeardAt: at,
      saidAt: speaker.saidAt,
    }
    const boxes = [...before.boxes.filter(({ boot }) => boot !== box.boot), box]
      .sort((a, b) => a.firstHeardAt - b.firstHeardAt)
      .slice(-mostBoxes)
    const clone = this.#judge(gateway, { boxes, clone: before.clone }, box, { followed, fresh: !known, at })
    const after = { boxes, clone }
    this.#gateways.set(gateway, after)
    if (!known || clone !== before.clone) this.#onChange(gateway, after)
    return !this.isRefused(gateway, speaker.boot)
  }

  /** Whether this run of the gateway is refused. */
  isRefused(gateway: string, boot: string): boolean {
    const clone = this.#gateways.get(gateway)?.clone
    return isOpen(clone) && clone.refused.some((box) => box.boot === boot)
  }

  /** Whether the run that spoke last as this gateway is refused. */
  isSpeakerRefused(gateway: string): boolean {
    const boot = this.#current.get(gateway)
    return boot !== undefined && this.isRefused(gateway, boot)
  }

  /** A login ended a session of the same gateway that was alive. */
  tookOver(gateway: string, addresses: { readonly older: string; readonly newer: string }, at: EpochMs): void {
    const recent = [...(this.#takeOvers.get(gateway) ?? []), at].filter((time) => at - time < stormWithinMs)
    this.#takeOvers.set(gateway, recent.slice(-stormTakeOvers))
    const before = this.#gateways.get(gateway) ?? { boxes: [], clone: null }
    if (recent.length < stormTakeOvers || isOpen(before.clone)) return
    const clone: Clone = {
      ...{ gateway, foundAt: at, evidence: 'take-overs', kept: null, refused: [], sharedSpool: false },
      ...{ addresses: [addresses.newer, addresses.older], releasedAt: null, releasedBy: null },
    }
    const after = { boxes: before.boxes, clone }
    this.#gateways.set(gateway, after)
    this.#onChange(gateway, after)
  }

  /**
   * A person has looked: everyone may speak again. `keep`: the run that counts as the first from now on; otherwise whoever speaks next.
   * Undefined: there is no open case.
   */
  release(gateway: string, keep: string | undefined, by: string, at: EpochMs): Clone | undefined {
    const before = this.#gateways.get(gateway)
    if (!before || !isOpen(before.clone)) return undefined
    const clone: Clone = { ...before.clone, releasedAt: at, releasedBy: by }
    const boxes = before.boxes.filter(({ boot }) => boot === keep)
    this.#gateways.set(gateway, { boxes, clone })
    this.#takeOvers.delete(gateway)
    this.#current.delete(gateway)
    this.#onChange(gateway, { boxes, clone })
    return clone
  }

  #judge(
    gateway: string,
    { boxes, clone }: GatewayBoxes,
    box: Box,
    { followed, fresh, at }: { readonly followed: boolean; readonly fresh: boolean; readonly at: EpochMs },
  ): Clone | null {
    if (isOpen(clone) && clone.kept !== null) return fresh ? amended(clone, box) : withAddress(clone, box)
    if (!followed) return clone
    return found(gateway, boxes, box, at)
  }
}

/** Both are alive: the box whose spool was heard first is kept, or of one spool the run that was heard first and still lives. */
function found(gateway: string, boxes: readonly Box[], speaks: Box, at: EpochMs): Clone {
  // Runs that ended before the one that speaks again began belong to the past of either box.
  const alive = boxes.filter(({ boot, lastHeardAt }) => boot === speaks.boot || lastHeardAt >= speaks.firstHeardAt)
  const [kept = speaks] = [...alive].sort(
    (a, b) => spoolSince(boxes, a) - spoolSince(boxes, b) || a.firstHeardAt - b.firstHeardAt,
  )
  const refused = alive.filter(({ boot }) => boot !== kept.boot)
  return {
    ...{ gateway, foundAt: at, evidence: 'two boxes', kept, refused, releasedAt: null, releasedBy: null },
    sharedSpool: refused.some(({ spool }) => spool !== null && spool === kept.spool),
    addresses: addressesOf([...alive].sort((a, b) => b.lastHeardAt - a.lastHeardAt)),
  }
}

/** When the spool of a box was first heard of. */
const spoolSince = (boxes: readonly Box[], { spool, firstHeardAt }: Box): number =>
  Math.min(firstHeardAt, ...boxes.filter((box) => spool !== null && box.spool === spool).map((box) => box.firstHeardAt))

/**
 * A run nobody has heard before, while a case is open. On a spool that only the kept box has it is that box, restarted; on a copied spool nobody can
 * tell whose it is, and on any other it is not the kept one: refused, which costs time and no reading.
 */
function amended(clone: Clone, box: Box): Clone {
  const keptRestarted = !clone.sharedSpool && box.spool !== null && box.spool === clone.kept?.spool
  if (keptRestarted) return withAddress({ ...clone, kept: box }, box)
  return withAddress({ ...clone, refused: [...clone.refused, box].slice(-mostBoxes) }, box)
}

function withAddress(clone: Clone, { address }: Box): Clone {
  if (address === null || clone.addresses.includes(address)) return clone
  return { ...clone, addresses: [address, ...clone.addresses].slice(0, mostAddresses) }
}

const addressesOf = (boxes: readonly Box[]): string[] =>
  [...new Set(boxes.flatMap(({ address }) => address ?? []))].slice(0, mostAddresses)

export const isOpen = (clone: Clone | null | undefined): clone is Clone =>
  clone !== null && clone !== undefined && clone.releasedAt === null

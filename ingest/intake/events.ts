import type { Clock } from '@civitals/contracts/clock'
import { decodeReply, type Reply } from '@civitals/contracts/command'
import { sealOf } from '@civitals/contracts/seal'
import { decodeStatus } from '@civitals/contracts/status'
import { Wholeness } from '../admission/wholeness.ts'
import type { CloneBook } from '../clones/clone-book.ts'
import type { ConfigurationBook } from '../configurations/configuration-book.ts'
import type { StatusBook } from '../ledger/balance.ts'
import type { RejectBook } from '../ledger/reject-book.ts'
import type { Acknowledger } from '../settle/acknowledger.ts'
import type { IntakeEvents, Refusal } from './port.ts'
import type { IntakeQueue } from './queue.ts'

export interface EventTargets {
  readonly queue: IntakeQueue
  readonly acknowledger: Acknowledger
  readonly statuses: StatusBook
  readonly rejects: RejectBook
  readonly clones: Pick<CloneBook, 'hear' | 'isSpeakerRefused'>
  /** What gateways tell of their configurations. */
  readonly configurations: Pick<ConfigurationBook, 'hear' | 'hasPending'>
  readonly clock: Clock
  /** Hears what gateways say to commands. */
  readonly onReply?: (gateway: string, reply: Reply) => void
  /** A gateway has come and listens. */
  readonly onListening?: (gateway: string) => void
  /** Called when refusals begin to wait for a settlement that would write them. */
  readonly onRefusalsWaiting: () => void
  /** A configuration was heard for the first time. */
  readonly onConfiguration: () => void
}

/** A refused box keeps trying: one entry a minute says so. */
const tellCloneEveryMs = 60_000

/** Where everything that comes in goes. */
export function intakeEvents(targets: EventTargets): IntakeEvents {
  const { queue, acknowledger, statuses, rejects, clock, clones } = targets
  const refused = (refusal: Refusal): void => {
    if (!rejects.hasPending) targets.onRefusalsWaiting()
    rejects.note(refusal)
  }
  const malformed = (gateway: string, detail: string): void =>
    refused({ at: clock.now(), scope: 'publish', reason: 'malformed envelope', gateway, detail })
  const wholeness = new Wholeness()
  const cloned = new Map<string, number>()
  const refuseClone = (gateway: string, detail: string): void => {
    const at = clock.now()
    if (at - (cloned.get(gateway) ?? 0) < tellCloneEveryMs) return
    cloned.set(gateway, at)
    refused({ at, scope: 'connection', reason: 'cloned gateway', gateway, detail })
  }
  return {
    delivery(delivery, taken, damaged) {
      const { gateway, payload, receivedAt } = delivery
      if (clones.isSpeakerRefused(gateway)) {
        // Neither stored nor acknowledged: it waits in its box until a person has decided.
        refuseClone(gateway, 'envelopes of another box with this id')
        return taken()
      }
      const seal = sealOf(payload)
      const damage = wholeness.look(gateway, payload, seal)
      if (!damage) return queue.offer({ ...delivery, seal }, taken)
      refused({ at: receivedAt, scope: 'publish', gateway, ...damage })
      if (damage.reason === 'damaged envelope') damaged()
      else taken()
    },
    gone: (gateway) => queue.forget(gateway),
    listening(gateway) {
      acknowledger.tellNow(gateway)
      targets.onListening?.(gateway)
    },
    refused,
    status(gateway, payload, address) {
      const status = decodeStatus(payload)
      if (!status) {
        malformed(gateway, 'a status that is none')
        return undefined
      }
      const welcome = clones.hear(gateway, status, address)
      if (welcome) statuses.hear(gateway, status, clock.now())
      else refuseClone(gateway, `${address ?? 'address unknown'}: another box with this id`)
      return welcome
    },
    configurations(gateway, payload) {
      if (clones.isSpeakerRefused(gateway)) return undefined
      const { configurations } = targets
      const fault = configurations.hear(gateway, payload, clock.now())
      if (fault === undefined) {
        if (configurations.hasPending) targets.onConfiguration()
        return undefined
      }
      const at = clock.now()
      const damaged = wholeness.isDamaged(gateway, payload)
      const reason = damaged ? 'damaged envelope' : 'malformed envelope'
      refused({ at, scope: 'publish', reason, gateway, detail: `configurations: ${fault.slice(0, 160)}` })
      return damaged ? false : undefined
    },
    reply(gateway, payload) {
      const reply = decodeReply(payload)
      if (reply) targets.onReply?.(gateway, reply)
      else malformed(gateway, 'a reply that is none')
    },
  }
}

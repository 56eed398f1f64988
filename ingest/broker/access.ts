import { gatewayOfDoctor } from '@civitals/contracts/doctor-client'
import type { RejectReason } from '@civitals/contracts/ledger'
import { parseTopic, type TopicKind, topicKinds } from '@civitals/contracts/topics'

/** Why something was refused, in the ledger's words and in detail. */
export interface Denial {
  readonly reason: RejectReason
  readonly detail: string
}

export type Access = { readonly ok: true; readonly kind: TopicKind } | { readonly ok: false; readonly denial: Denial }

export interface Publication {
  readonly topic: string
  readonly qos: number
  readonly retain: boolean
}

/** Kinds that describe a state and may stay with the broker. */
const retainable: ReadonlySet<TopicKind> = new Set(['status', 'config/state'])

/**
 * Whether `gateway` may publish, its will included. Default deny: only kinds that go up, on its own topics, with the right
 * partition; only states are retained. QoS 0 and 1 are the same to us, since a gateway keeps an envelope until it is acknowledged by
 * the application; QoS 2 would have the broker keep packets for the sender and gives nothing for it.
 */
export function mayPublish(gateway: string, { topic, qos, retain }: Publication): Access {
  const access = ownTopic(gateway, topic, 'up')
  if (!access.ok) return access
  const { kind } = access
  if (qos > 1) return denied('protocol violation', `QoS ${qos}, only 0 and 1 are taken`)
  if (retain && !retainable.has(kind)) return denied('protocol violation', `${kind} must not be retained`)
  return access
}

/**
 * Whether `client` may subscribe: only kinds that go down, on its own topics, without wildcards. A gateway's doctor hears the time
 * of the centre and nothing else; it publishes nothing, since no topic is its own.
 */
export function maySubscribe(client: string, topic: string): Access {
  const patient = gatewayOfDoctor(client)
  const access = ownTopic(patient ?? client, topic, 'down')
  if (!access.ok || patient === undefined || access.kind === 'time') return access
  return denied('foreign topic', `a doctor does not hear ${access.kind}`)
}

function ownTopic(gateway: string, topic: string, way: 'up' | 'down'): Access {
  const parsed = parseTopic(topic)
  if (!parsed || parsed.gateway !== gateway) return denied('foreign topic', shown(topic))
  if (!parsed.partitionFits) return denied('wrong partition', shown(topic))
  if (topicKinds[parsed.kind] !== way) return denied('foreign topic', `${parsed.kind} does not go ${way}`)
  return { ok: true, kind: parsed.kind }
}

const denied = (reason: RejectReason, detail: string): Access => ({ ok: false, denial: { reason, detail } })

/** A topic comes from the wire: it is cut before it is listed. */
const shown = (topic: string): string => (topic.length > 160 ? `${topic.slice(0, 160)}...` : topic)

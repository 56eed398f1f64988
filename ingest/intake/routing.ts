import { maxWireBytes } from '@civitals/contracts/envelope'
import type { RejectReason } from '@civitals/contracts/ledger'
import { parseTopic, type TopicKind } from '@civitals/contracts/topics'
import { type Denial, mayPublish } from '../broker/access.ts'
import type { HashOf } from '../broker/credentials.ts'

/** A message as a broker passed it on. */
export interface Passed {
  readonly topic: string
  readonly qos: number
  readonly retain: boolean
  readonly bytes: number
}

export type Routed =
  | { readonly ok: true; readonly gateway: string; readonly kind: TopicKind }
  | { readonly ok: false; readonly gateway: string | undefined; readonly denial: Denial }

/** Topics the centre listens to at a broker of others: everything that goes up. */
export const centreTopics: readonly string[] = [
  'telemetry/live',
  'telemetry/backfill',
  'status',
  'reply',
  'config/state',
].map((kind) => `civitals/v1/+/+/${kind}`)

/**
 * Whose message it is and of which kind, by its topic alone: a broker of others says nothing else. Its access list let it through; ours is asked
 * again, since a broker that is set up wrong must not open the books.
 */
export function route({ topic, qos, retain, bytes }: Passed, hashOf: HashOf): Routed {
  const parsed = parseTopic(topic)
  if (!parsed) return refused(undefined, 'foreign topic', topic.slice(0, 160))
  const { gateway } = parsed
  if (hashOf(gateway) === undefined) return refused(gateway, 'unknown gateway', gateway)
  if (bytes > maxWireBytes) return refused(gateway, 'oversized payload', `${bytes} bytes, at most ${maxWireBytes}`)
  const access = mayPublish(gateway, { topic, qos, retain })
  return access.ok ? { ok: true, gateway, kind: access.kind } : { ok: false, gateway, denial: access.denial }
}

const refused = (gateway: string | undefined, reason: RejectReason, detail: string): Routed => ({
  ok: false,
  gateway,
  denial: { reason, detail },
})

import type { AlarmEngine, GatewayFact } from '@civitals/alarms/alarms'
import type { Clone } from '@civitals/contracts/clone'
import type { Ingest } from '@civitals/ingest/ingest'
import { type FollowerParts, followFindings } from './alarm-follower.ts'

export interface CloneAlarmParts extends Pick<FollowerParts, 'state' | 'clock' | 'logger'> {
  readonly ingest: Pick<Ingest, 'clones' | 'subscribeClones'>
  readonly alarms: AlarmEngine
}

/** Raises the alarm of a gateway id that several boxes use, and returns it when a person has released the gateway. */
export const watchClones = ({ ingest, alarms, ...parts }: CloneAlarmParts): Disposable =>
  followFindings({
    subscribe: (listener) => ingest.subscribeClones(listener),
    evaluate: () => alarms.evaluateGateways(ingest.clones().map(factOf)),
    failed: 'clones could not be judged; tried again',
    ...parts,
  })

const factOf = ({ gateway, foundAt, releasedAt, refused, addresses }: Clone): GatewayFact => ({
  ...{ gateway, fact: 'boxes', at: releasedAt ?? foundAt, detail: addresses.join(', ') },
  value: releasedAt === null ? Math.max(2, 1 + refused.length) : 1,
})

import type { Alarm, AlarmTransition } from '@civitals/contracts/alarm'
import type { Clock } from '@civitals/contracts/clock'
import type { RegistryView, Site } from '@civitals/contracts/registry'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore } from '@civitals/storage/state'
import type { Send, SendOutcome, WebhookRequest } from '../outbox/send.ts'
import { workorderMigrations } from '../store/migrations.ts'
import { openWorkorders, type Workorders } from '../workorders.ts'

const name = (text: string) => ({ zh: text, en: text })

/** Sites by how many metres they lie east of the first. */
const siteAt = (id: string, eastM: number): Site => ({
  id,
  area: '440607004',
  name: name(id),
  position: { longitude: 112.88 + eastM / 102_240, latitude: 23.19, datum: 'WGS-84' },
})
const sites = new Map(
  [siteAt('s-1', 0), siteAt('s-near', 200), siteAt('s-far', 2000)].map((site) => [site.id, site] as const),
)

/** A district with three sites: `s-near` 200 m and `s-far` 2 km from `s-1`. */
export const registry: RegistryView = {
  city: { id: '440607', name: name('Sanshui'), timeZone: 'Asia/Shanghai' },
  areas: () => [],
  sites: () => [...sites.values()],
  gateways: () => [],
  terminals: () => [],
  terminal: () => undefined,
  point: () => undefined,
  site: (id) => sites.get(id),
  area: () => undefined,
  gateway: () => undefined,
}

/** A transition of a road-depth alarm; override what the test is about. */
export function transition(
  cause: AlarmTransition['cause'] = 'onset',
  over: Partial<Alarm> = {},
  at: number = Date.UTC(2026, 5, 12, 9, 0, 0),
  step = 1,
): AlarmTransition {
  const alarm: Alarm = {
    id: 'a1',
    rule: 'road-depth-high',
    ruleVersion: '1',
    name: name('Road under water'),
    subject: { kind: 'series', terminal: 'water-1', point: 'depth' },
    site: 's-1',
    area: '440607004',
    state: cause === 'onset' ? 'unacknowledged' : 'returned',
    priority: 2,
    onset: at,
    changedAt: at,
    value: 18,
    limit: 15,
    direction: 'high',
    unit: 'cm',
    response: name('pump'),
    matter: 'road-flooding',
    late: false,
    ...over,
  }
  return { id: `${alarm.id}-${step}`, alarm, from: 'normal', to: alarm.state, cause, at }
}

/** Silence, for tests that do not look at what is logged. */
export const quiet = { warn: (): void => undefined }

/** A state store in memory with the tables of this workspace. */
export const openState = (file = ':memory:'): Promise<StateStore> =>
  openSqliteState({ file, migrations: workorderMigrations })

/** An order centre that sends by `send`, without any network. */
export const openCentre = (state: StateStore, clock: Clock, send: Send): Promise<Workorders> =>
  openWorkorders({ state, registry, clock, logger: quiet, webhooks: { allow: ['*.test'], send } })

/** Hands a transition on inside a transaction, as the alarms do. */
export const handOn = (state: StateStore, centre: Workorders, one: AlarmTransition): Promise<void> =>
  state.transaction((tx) => centre.onTransition(tx, one))

/** A receiver that keeps what it gets and answers by `answer`. */
export class Receiver {
  readonly got: WebhookRequest[] = []
  answer: (request: WebhookRequest, attempt: number) => SendOutcome | Promise<SendOutcome>

  constructor(answer: Receiver['answer'] = () => ({ kind: 'response', status: 204 })) {
    this.answer = answer
  }

  readonly send: Send = async (request) => {
    this.got.push(request)
    return this.answer(request, this.got.length)
  }

  types(): string[] {
    return this.got.map(({ body }) => (JSON.parse(body) as { type: string }).type)
  }
}

/** Waits, on the real event loop, until something holds: for work that crosses threads or sockets. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'condition'): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error(`waited in vain for: ${what}`)
}

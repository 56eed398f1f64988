import type { EpochMs } from '@civitals/contracts/clock'

/**
 * Everything other systems are told of. Data: `civitals.alarm.*` `{ alarm, from, to, cause, by? }`, `civitals.case.*` `{ case }`,
 * `civitals.order.*` `{ order }`, in the shapes of contracts.
 */
export const eventTypes = [
  'civitals.alarm.onset',
  'civitals.alarm.return',
  'civitals.alarm.acknowledge',
  'civitals.alarm.reset',
  'civitals.case.opened',
  'civitals.case.joined',
  'civitals.case.evidence',
  'civitals.case.closed',
  'civitals.order.dispatched',
  'civitals.order.accept',
  'civitals.order.handle',
  'civitals.order.verify',
  'civitals.order.rework',
  'civitals.order.close',
] as const
export type EventType = (typeof eventTypes)[number]

/** Something other systems are told. `key` names the fact for good: telling it twice makes one message. */
export interface OutboxEvent {
  readonly key: string
  readonly type: EventType
  /** Id of what it is about. */
  readonly subject: string
  readonly time: EpochMs
  /** Reads what is told; asked only when somebody wants to know. */
  readonly data: () => Promise<unknown>
}

/** The body of a message: a CloudEvent [CloudEvents 1.0.2 JSON format], written once and signed as it stands on every attempt. */
export const cloudEvent = (id: string, source: string, event: Omit<OutboxEvent, 'data'>, data: unknown): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: event.type,
    subject: event.subject,
    time: new Date(event.time).toISOString(),
    datacontenttype: 'application/json',
    data,
  })

/** Whether a filter lets a type through: empty lets all, `civitals.alarm.*` a family, else the exact word. */
export const passes = (filter: readonly string[], type: string): boolean =>
  filter.length === 0 ||
  filter.some((one) => one === type || one === '*' || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))))

/** Whether a filter word can match anything. */
export const isFilterWord = (word: string): boolean => eventTypes.some((type) => passes([word], type))

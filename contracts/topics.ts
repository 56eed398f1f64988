import { crc32 } from 'node:zlib'
import { isId } from './id-pattern.ts'

/** Partitions of the city; fixed for ever, since a change would move every gateway. */
export const partitions = 64

/** What travels between a gateway and the centre; the arrow says which way. */
export const topicKinds = {
  'telemetry/live': 'up',
  'telemetry/backfill': 'up',
  ack: 'down',
  status: 'up',
  config: 'down',
  'config/state': 'up',
  command: 'down',
  reply: 'up',
  time: 'down',
} as const

export type TopicKind = keyof typeof topicKinds

/** CRC-32/ISO-HDLC of the UTF-8 gateway id, modulo 64, as two decimal digits. */
export const partitionOf = (gateway: string): string => String(crc32(gateway) % partitions).padStart(2, '0')

/** `civitals/v1/<partition>/<gateway>/<kind>`. */
export const topicOf = (gateway: string, kind: TopicKind): string =>
  `civitals/v1/${partitionOf(gateway)}/${gateway}/${kind}`

export interface ParsedTopic {
  readonly partition: string
  readonly gateway: string
  readonly kind: TopicKind
  /** Whether the partition is the one the gateway id hashes to. */
  readonly partitionFits: boolean
}

const shape = /^civitals\/v1\/(\d\d)\/([^/]+)\/(.+)$/

/** The parts of a topic, or undefined when it is not one of ours. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  const match = shape.exec(topic)
  const [, partition, gateway, kind] = match ?? []
  if (!partition || !gateway || !kind || !isId(gateway) || !Object.hasOwn(topicKinds, kind)) return undefined
  return { partition, gateway, kind: kind as TopicKind, partitionFits: partition === partitionOf(gateway) }
}

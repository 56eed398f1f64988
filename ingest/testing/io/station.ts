import { type Acknowledgement, decodeAcknowledgement } from '@civitals/contracts/acknowledgement'
import { type Envelope, encodeEnvelope } from '@civitals/contracts/envelope'
import type { SettlementStep } from '@civitals/contracts/settlement'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import type { SeriesStore } from '@civitals/storage/series'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { type Ingest, type IngestOptions, openIngest } from '../../ingest.ts'
import { ingestMigrations } from '../../migrations.ts'
import { openRegistry } from '../../registry/registry.ts'
import { city, password, secrets } from '../city.ts'

/** A whole ingest on a free port with stores in memory, and what tests want to reach. */
export interface Station extends AsyncDisposable {
  readonly ingest: Ingest
  readonly state: StateStore
  readonly series: SeriesStore
}

export interface StationOptions extends Partial<Pick<IngestOptions, 'clock' | 'queue' | 'openIntake'>> {
  readonly state?: StateStore
  readonly series?: SeriesStore
  readonly steps?: readonly SettlementStep<StateTx>[]
}

const silent = { warn: () => undefined, error: () => undefined }

/** Stores that are handed in outlive the station, so that a second one plays a restart. */
export async function openStation(options: StationOptions = {}): Promise<Station> {
  const state = options.state ?? (await openSqliteState({ file: ':memory:', migrations: ingestMigrations }))
  const series = options.series ?? new MemorySeries()
  const registry = await openRegistry(state)
  if (registry.terminals().length === 0) await registry.apply(city, secrets)
  const listen = { host: '127.0.0.1', port: 0 }
  const { clock = systemClock, steps = [], queue, openIntake } = options
  const ingest = await openIngest({
    state,
    series,
    registry,
    clock,
    steps,
    listen,
    logger: silent,
    ...(queue && { queue }),
    ...(openIntake && { openIntake }),
  })
  return {
    ingest,
    state,
    series,
    async [Symbol.asyncDispose]() {
      await ingest.close()
      if (!options.series) await series.close()
      if (!options.state) await state.close()
    },
  }
}

/** A gateway as mqtt.js plays it: other people's code on the wire. */
export interface TestGateway extends AsyncDisposable {
  readonly client: MqttClient
  /** Publishes an envelope on a lane and resolves with PUBACK. */
  send(envelope: Envelope, lane?: 'live' | 'backfill'): Promise<void>
  sendBytes(bytes: Uint8Array): Promise<void>
  /** Resolves with the first acknowledgement, past or to come, that `wanted` takes. */
  acknowledged(wanted: (ack: Acknowledgement) => boolean): Promise<Acknowledgement>
}

export const connectGateway = (port: number, id: string, options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync({
    host: '127.0.0.1',
    port,
    clientId: id,
    username: id,
    password,
    reconnectPeriod: 0,
    keepalive: 60,
    ...options,
  })

export async function openGateway(port: number, id: string, options: IClientOptions = {}): Promise<TestGateway> {
  const client = await connectGateway(port, id, options)
  const acks: Acknowledgement[] = []
  const waiting = new Set<() => void>()
  client.on('message', (_topic, payload) => {
    const ack = decodeAcknowledgement(payload)
    if (ack) acks.push(ack)
    for (const look of waiting) look()
  })
  await client.subscribeAsync(topicOf(id, 'ack'))
  const sendBytes = async (bytes: Uint8Array, lane = 'live'): Promise<void> => {
    const kind = lane === 'live' ? 'telemetry/live' : 'telemetry/backfill'
    await client.publishAsync(topicOf(id, kind), Buffer.from(bytes), { qos: 1 })
  }
  return {
    client,
    sendBytes,
    send: (envelope, lane) => sendBytes(encodeEnvelope(envelope), lane),
    acknowledged: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = acks.find(wanted)
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      await client.endAsync(true)
    },
  }
}

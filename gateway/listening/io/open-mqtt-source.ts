import type { Clock } from '@civitals/contracts/clock'
import { chirpStackTopic } from '@civitals/firmware-bridge/mqtt-json/chirpstack'
import { MqttJsonReader } from '@civitals/firmware-bridge/mqtt-json/reader'
import type { MqttTransport } from '@civitals/firmware-bridge/transport'
import type { LineConfig } from '../../config/schema.ts'
import { minutesOf } from '../sessions.ts'
import { MqttSource } from './mqtt-source.ts'
import { contentsOf, secretOf } from './secret.ts'

/** Makes ready the broker terminals of a line are heard through; the link is opened when it is run. Throws CIV_GATEWAY_CONFIG. */
export function openMqttSource(line: LineConfig, transport: MqttTransport, gateway: string, clock: Clock): MqttSource {
  const { url, payload = 'chirpstack', topics = [chirpStackTopic], username, passwordFile, caFile } = transport
  const chirpStack = payload === 'chirpstack' && transport.address === undefined
  if (passwordFile !== undefined) secretOf(line.id, passwordFile)
  return new MqttSource({
    ...{ url, topics, clock, random: Math.random },
    clientId: transport.clientId ?? `${gateway}-${line.id}`,
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { password: () => secretOf(line.id, passwordFile) }),
    ...(caFile !== undefined && { ca: contentsOf(line.id, 'caFile', caFile) }),
    ...(chirpStack && { spell: (address: string) => address.toLowerCase() }),
    reader: new MqttJsonReader({
      ...transport,
      ...(line.zone !== undefined && { zoneMinutes: minutesOf(line.zone) }),
    }),
  })
}

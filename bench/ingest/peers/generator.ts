// Child process: gateways as raw MQTT 3.1.1 over sockets. Told a Load, then 'count' (answers Progress) and 'stop' (publishes no
// more; answers Progress when everything is acknowledged, or nothing more comes for 60 s).
import { connect, type Socket } from 'node:net'
import mqtt from 'mqtt-packet'
import { topicOf } from '../../../contracts/topics.ts'
import type { Load, LoadGateway, Progress } from './load.ts'
import { Payloads } from './payloads.ts'

const idleMs = 60_000
const totals = { published: 0, acknowledged: 0 }
let stopped = false

class Gateway {
  readonly #load: Load
  readonly #id: string
  readonly #password: string
  readonly #topic: Buffer
  readonly #payloads: Payloads
  readonly #socket: Socket
  #seq = 0
  #acknowledged = 0
  #startedAt = 0

  constructor(load: Load, gateway: LoadGateway) {
    this.#load = load
    this.#id = gateway.id
    this.#password = gateway.password
    this.#topic = Buffer.from(topicOf(gateway.id, 'telemetry/live'))
    this.#payloads = new Payloads(load.spool, gateway)
    const parser = mqtt.parser()
    this.#socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true }, () => this.#login())
    this.#socket.on('data', (chunk) => parser.parse(chunk))
    this.#socket.on('error', fail)
    this.#socket.on('close', () => stopped || fail(new Error(`${this.#id}: the broker closed the connection`)))
    parser.on('packet', (packet) => this.#receive(packet))
  }

  #login(): void {
    const who = { clientId: this.#id, username: this.#id, password: Buffer.from(this.#password) }
    this.#socket.write(
      mqtt.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 300, ...who }),
    )
  }

  #receive(packet: mqtt.Packet): void {
    if (packet.cmd === 'puback') {
      if (this.#load.acknowledgedBy === 'puback') this.#settled(this.#acknowledged + 1)
    } else if (packet.cmd === 'publish') {
      const ack = JSON.parse(packet.payload.toString()) as { spools: Record<string, { upTo: number }> }
      this.#settled(ack.spools[this.#load.spool]?.upTo ?? 0)
    } else if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) fail(new Error(`${this.#id}: login refused (${packet.returnCode})`))
      const subscriptions = [{ topic: topicOf(this.#id, 'ack'), qos: 0 as const }]
      this.#socket.write(mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    } else if (packet.cmd === 'suback') {
      // The bare ceiling knows no units.
      if (this.#load.acknowledgedBy === 'application') this.#socket.write(this.#tellConfiguration())
      this.#startedAt = performance.now()
      if (this.#load.perSecond !== undefined) setInterval(() => this.#fill(), 20)
      this.#fill()
    }
  }

  #tellConfiguration(): Buffer {
    const topic = topicOf(this.#id, 'config/state')
    const payload = Buffer.from(this.#payloads.configurations)
    return mqtt.generate({ cmd: 'publish', dup: false, qos: 0, retain: true, topic, payload })
  }

  #settled(upTo: number): void {
    if (upTo <= this.#acknowledged) return
    totals.acknowledged += upTo - this.#acknowledged
    this.#acknowledged = upTo
    // By PUBACK they come one by one: half a window at a time is written together, as an application acknowledgement lets it be.
    if (this.#seq - upTo <= this.#load.window / 2) this.#fill()
  }

  #fill(): void {
    const { window, perSecond = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY } = this.#load
    const due =
      perSecond === Number.POSITIVE_INFINITY ? perSecond : ((performance.now() - this.#startedAt) / 1e3) * perSecond
    this.#socket.cork()
    while (!stopped && this.#seq - this.#acknowledged < window && this.#seq < due && totals.published < most) {
      this.#seq++
      totals.published++
      this.#socket.write(publish(this.#topic, this.#seq, this.#payloads.next(this.#seq)))
    }
    this.#socket.uncork()
  }
}

/** [MQTT-3.3] PUBLISH at QoS 1; the payload is ASCII. */
function publish(topic: Buffer, seq: number, payload: string): Buffer {
  const remaining = 4 + topic.length + payload.length
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : 3
  const packet = Buffer.allocUnsafe(1 + lengthBytes + remaining)
  let at = packet.writeUInt8(0x32, 0)
  for (let left = remaining; at <= lengthBytes; left >>= 7)
    at = packet.writeUInt8((left & 127) | (left > 127 ? 128 : 0), at)
  at = packet.writeUInt16BE(topic.length, at)
  at += topic.copy(packet, at)
  at = packet.writeUInt16BE(1 + (seq % 65_535), at)
  packet.write(payload, at, 'latin1')
  return packet
}

function fail(error: unknown): void {
  console.error(error)
  process.exit(1)
}

const progress = (): Progress => ({ ...totals })

function answerWhenDrained(): void {
  let [seen, at] = [totals.acknowledged, performance.now()]
  const timer = setInterval(() => {
    if (totals.acknowledged !== seen) [seen, at] = [totals.acknowledged, performance.now()]
    if (totals.acknowledged < totals.published && performance.now() - at < idleMs) return
    clearInterval(timer)
    process.send?.(progress(), () => process.exit(0))
  }, 20)
}

process.on('message', (message: Load | 'count' | 'stop') => {
  if (message === 'count') process.send?.(progress())
  else if (message === 'stop') {
    stopped = true
    answerWhenDrained()
  } else for (const gateway of message.gateways) new Gateway(message, gateway)
})

// Child of ingest-throughput.ts: gateways as raw MQTT over sockets, each with a window of unacknowledged publishes.
// Told by its parent: {port, gateways, terminals, points, values}; answers {published} when told to stop.
import { connect, type Socket } from 'node:net'
import { topicOf } from '@civitals/contracts/topics'
import mqtt from 'mqtt-packet'

export interface Load {
  readonly port: number
  readonly password: string
  readonly spool: string
  readonly gateways: readonly { readonly id: string; readonly terminals: readonly string[] }[]
  readonly points: readonly string[]
}

/** Publishes a gateway has on the way at most. */
const window = 20
let stopped = false
let published = 0
const random = (): number => 10 + Math.round(Math.random() * 100) / 10

class LoadGateway {
  readonly #socket: Socket
  readonly #id: string
  readonly #topic: string
  readonly #terminals: readonly string[]
  readonly #load: Load
  #seq = 0
  #onTheWay = 0

  constructor(load: Load, id: string, terminals: readonly string[]) {
    this.#load = load
    this.#id = id
    this.#terminals = terminals
    this.#topic = topicOf(id, 'telemetry/live')
    this.#socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
    const parser = mqtt.parser()
    this.#socket.on('data', (chunk) => parser.parse(chunk))
    parser.on('packet', (packet) => this.#receive(packet.cmd))
    this.#socket.on('connect', () => this.#login())
    this.#socket.on('error', (error) => process.send?.({ error: String(error) }))
  }

  #login(): void {
    const common = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const
    const login = { clientId: this.#id, username: this.#id, password: Buffer.from(this.#load.password) }
    this.#socket.write(mqtt.generate({ cmd: 'connect', ...common, ...login }))
  }

  #receive(cmd: string): void {
    if (cmd === 'connack') {
      const subscriptions = [{ topic: topicOf(this.#id, 'ack'), qos: 0 as const }]
      this.#socket.write(mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    }
    if (cmd === 'puback') this.#onTheWay--
    if (cmd === 'puback' || cmd === 'suback') this.#fill()
  }

  #fill(): void {
    if (stopped || this.#onTheWay > window / 2) return
    this.#socket.cork()
    while (this.#onTheWay < window) {
      this.#seq++
      this.#onTheWay++
      published++
      const payload = this.#payload()
      const publish = { cmd: 'publish', topic: this.#topic, qos: 1, dup: false, retain: false } as const
      this.#socket.write(mqtt.generate({ ...publish, payload, messageId: 2 + (this.#seq % 65_000) }))
    }
    this.#socket.uncork()
  }

  #payload(): string {
    const at = Date.now()
    let samples = ''
    for (const terminal of this.#terminals) {
      let values = ''
      for (const point of this.#load.points) values += `${values && ','}"${point}":${random()}`
      samples += `${samples && ','}{"terminal":"${terminal}","at":${at},"clock":"synced","values":{${values}}}`
    }
    return `{"spool":"${this.#load.spool}","seq":${this.#seq},"config":"bench","samples":[${samples}]}`
  }
}

process.on('message', (message: Load | 'stop') => {
  if (message === 'stop') {
    stopped = true
    setTimeout(() => process.send?.({ published }), 1_000)
  } else for (const { id, terminals } of message.gateways) new LoadGateway(message, id, terminals)
})

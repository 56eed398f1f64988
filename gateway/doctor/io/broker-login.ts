// One login with the gateway's password and another client id: the session of the running gateway is its own.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { doctorClientOf } from '@civitals/contracts/doctor-client'
import { topicOf } from '@civitals/contracts/topics'
import mqttPacket, { type Packet } from 'mqtt-packet'
import type { LoginOutcome } from '../broker.ts'
import type { ClockFacts } from '../clock.ts'

const patienceMs = 8000
/** Other brokers know no topic `time`. */
const timePatienceMs = 1500

export interface Login {
  readonly host: string
  readonly port: number
  readonly gateway: string
  readonly password: string
}

export interface LoginFacts {
  readonly outcome: LoginOutcome
  readonly centre?: NonNullable<ClockFacts['centre']>
}

/** Logs in, asks for the time of the centre, measures one round trip, leaves. Rejects never. */
export async function tryLogin(login: Login): Promise<LoginFacts> {
  const socket = connect({ host: login.host, port: login.port, noDelay: true })
  socket.on('error', () => undefined)
  const talk = new Talk(socket)
  try {
    return await logIn(talk, login)
  } finally {
    socket.destroy()
  }
}

async function logIn(talk: Talk, login: Login): Promise<LoginFacts> {
  const begin = performance.now()
  talk.send({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 30 },
    ...{ clientId: doctorClientOf(login.gateway), username: login.gateway, password: Buffer.from(login.password) },
  })
  const answer = await talk.next('connack', patienceMs)
  if (typeof answer === 'string') return { outcome: await noAnswer(answer, talk, login) }
  const code = answer.returnCode ?? answer.reasonCode ?? 0
  if (code !== 0) return { outcome: { kind: 'refused', code } }
  const connectMs = performance.now() - begin
  const pinged = performance.now()
  talk.send({ cmd: 'pingreq' })
  const pong = await talk.next('pingresp', patienceMs)
  const roundTripMs = performance.now() - pinged
  const centre = await timeOfCentre(talk, login.gateway)
  talk.send({ cmd: 'disconnect' })
  const outcome = { kind: 'welcome', connectMs, ...(typeof pong !== 'string' && { roundTripMs }) } as const
  return { outcome, ...(centre && { centre }) }
}

/** Half way between asking and hearing is when the centre looked at its clock, give or take half of the time between. */
async function timeOfCentre(talk: Talk, gateway: string): Promise<ClockFacts['centre'] | undefined> {
  const asked = Date.now()
  talk.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: topicOf(gateway, 'time'), qos: 0 }] })
  const told = await talk.next('publish', timePatienceMs)
  const heard = Date.now()
  if (typeof told === 'string') return undefined
  try {
    const { now } = JSON.parse(String(told.payload)) as { readonly now: unknown }
    if (typeof now !== 'number') return undefined
    return { aheadMs: Math.round((asked + heard) / 2 - now), withinMs: Math.max(1, Math.ceil((heard - asked) / 2)) }
  } catch {
    return undefined
  }
}

/** A TLS server answers a plain CONNECT with an alert (content type 21) [RFC 8446 5.1], or hangs up. */
async function noAnswer(why: 'closed' | 'silent' | 'garbled', talk: Talk, login: Login): Promise<LoginOutcome> {
  const { received } = talk
  const alert = received[0] === 21 && received[1] === 3
  if (alert || (received.length === 0 && (await speaksTls(login)))) return { kind: 'tls' }
  if (received.length > 0) return { kind: 'no mqtt', bytes: received.subarray(0, 8).toString('hex') }
  return why === 'closed' ? { kind: 'closed' } : { kind: 'silent', ms: patienceMs }
}

async function speaksTls({ host, port }: Login): Promise<boolean> {
  const socket = connectTls({ host, port, rejectUnauthorized: false, timeout: 3000 })
  try {
    socket.once('timeout', () => socket.destroy(new Error('silent')))
    await once(socket, 'secureConnect')
    return true
  } catch {
    return false
  } finally {
    socket.on('error', () => undefined)
    socket.destroy()
  }
}

type Command = 'connack' | 'pingresp' | 'publish'
type Told = Packet & { returnCode?: number; reasonCode?: number; payload?: unknown }

/** Packets of one connection, in order. */
class Talk {
  /** The first bytes that came. */
  received: Buffer = Buffer.alloc(0)
  readonly #socket: Socket
  readonly #parser = mqttPacket.parser({ protocolVersion: 4 })
  readonly #packets: Told[] = []
  #over: 'closed' | 'garbled' | undefined
  #wake: () => void = () => undefined

  constructor(socket: Socket) {
    this.#socket = socket
    this.#parser.on('packet', (packet) => {
      this.#packets.push(packet as Told)
      this.#wake()
    })
    this.#parser.on('error', () => this.#end('garbled'))
    socket.on('data', (chunk: Buffer) => {
      if (this.received.length < 16) this.received = Buffer.concat([this.received, chunk])
      if (this.#over === undefined) this.#parser.parse(chunk)
    })
    socket.once('close', () => this.#end('closed'))
  }

  send(packet: Packet): void {
    if (!this.#socket.destroyed) this.#socket.write(mqttPacket.generate(packet))
  }

  /** The next packet of a kind, others before it passed over; or why none comes. */
  async next(command: Command, withinMs: number): Promise<Told | 'closed' | 'silent' | 'garbled'> {
    const until = performance.now() + withinMs
    for (;;) {
      for (let packet = this.#packets.shift(); packet; packet = this.#packets.shift())
        if (packet.cmd === command) return packet
      const left = until - performance.now()
      if (this.#over) return this.#over
      if (left <= 0) return 'silent'
      await this.#news(left)
    }
  }

  #news(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #end(why: 'closed' | 'garbled'): void {
    this.#over ??= why
    this.#wake()
  }
}

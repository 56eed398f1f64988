// The network and the broker between gateways and centre.
import { CivitalsError } from '@civitals/contracts/errors'
import type { Connect } from '../../gateway/uplink/connection.ts'
import type { Intake, OpenIntake } from '../../ingest/intake/port.ts'
import { type Door, Link, type Weather, type Wiretap } from './link.ts'
import type { Life, Schedule } from './schedule.ts'

const connectTimeoutMs = 10_000

export class Network {
  readonly #schedule: Schedule
  readonly #tap: Wiretap
  readonly #weather = new Map<string, Weather>()
  readonly #links = new Map<string, Link>()
  #door: Door | undefined

  constructor(schedule: Schedule, tap: Wiretap) {
    this.#schedule = schedule
    this.#tap = tap
  }

  weather(gateway: string): Weather {
    const known = this.#weather.get(gateway)
    if (known) return known
    const calm: Weather = { partitioned: false, deaf: 'none', delayMs: 20, corrupt: 0 }
    this.#weather.set(gateway, calm)
    return calm
  }

  /** After a change of weather: what waited may go on. */
  changed(gateway: string): void {
    this.#links.get(gateway)?.flow()
  }

  /** The connection breaks; what is on its way is lost. */
  cut(gateway: string): void {
    this.#links.get(gateway)?.break('connection reset')
  }

  /** The gateway's process was killed, or its machine lost power and says nothing. */
  gatewayGone(gateway: string, silently: boolean): void {
    this.#links.get(gateway)?.clientGone(silently)
  }

  /** The broker of one life of the centre. */
  readonly listen =
    (life: Life): OpenIntake =>
    async ({ events, clock }) => {
      this.#door = { life, events, clock }
      const intake: Intake = {
        port: 1883,
        connected: () => this.#links.size,
        acknowledge: (gateway, payload) => {
          if (life.alive) this.#links.get(gateway)?.sendDown('ack', payload)
        },
        command: (gateway, payload) => {
          if (life.alive) this.#links.get(gateway)?.sendDown('command', payload)
        },
        close: async () => undefined,
        [Symbol.asyncDispose]: async () => undefined,
      }
      return intake
    }

  /** The centre's process has ended; its sockets are reset, or nobody answers any more when its machine is gone. */
  centreGone(silently: boolean): void {
    this.#door = undefined
    for (const link of [...this.#links.values()]) {
      link.serverGone()
      if (!silently) link.break('connection reset')
    }
    this.#links.clear()
  }

  /** Connections of one gateway, in one life of it. */
  connect(gateway: string, life: Life): Connect {
    return async (options) => {
      const weather = this.weather(gateway)
      const roundTrip = this.#schedule.random.between(0, 2 * weather.delayMs)
      const refused = (why: string): never => {
        throw new CivitalsError('CIV_GATEWAY_UPLINK_CONNECT', why, { retryable: true })
      }
      const door = await life.later(roundTrip, 'connects', () => (weather.partitioned ? undefined : this.#door))
      if (!door?.life.alive) {
        await life.later(weather.partitioned ? connectTimeoutMs : 1, 'is refused', () => undefined)
        return refused('nobody answers')
      }
      this.#links.get(gateway)?.takenOver()
      const link = new Link({ gateway, schedule: this.#schedule, life, door, options, weather, tap: this.#tap })
      this.#links.set(gateway, link)
      link.over.then(() => {
        if (this.#links.get(gateway) === link) this.#links.delete(gateway)
      })
      const established = await Promise.race([
        link.established.then(() => true),
        link.closed.then(() => false),
        life.later(connectTimeoutMs, 'connect timeout', () => false),
      ])
      if (established) return link
      link.destroy()
      return refused('connection lost')
    }
  }
}

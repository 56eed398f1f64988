import { decodeAcknowledgement } from '../../../contracts/acknowledgement.ts'
import type { Intake, IntakeEvents, OpenIntake } from '../../../ingest/intake/port.ts'
import { gatewayWindow, type Plan, spool } from './load.ts'
import { Payloads } from './payloads.ts'

interface Sender {
  readonly id: string
  readonly payloads: Payloads
  sent: number
  acknowledged: number
}

/** Gateways without a broker: their envelopes are handed to ingest in this thread, as many at a time as a gateway keeps on the way. */
export class HandedLoad {
  readonly #senders: ReadonlyMap<string, Sender>
  #events: IntakeEvents | undefined
  #due = 0
  #sent = 0
  #acknowledged = 0
  #done: (() => void) | undefined

  constructor({ gateways }: Plan) {
    this.#senders = new Map(
      gateways.map((gateway) => [
        gateway.id,
        { id: gateway.id, payloads: new Payloads(spool, gateway), sent: 0, acknowledged: 0 },
      ]),
    )
  }

  readonly openIntake: OpenIntake = async ({ events }) => {
    this.#events = events
    for (const { id, payloads } of this.#senders.values()) events.configurations(id, payloads.configurations)
    const close = async (): Promise<void> => undefined
    const intake: Intake = {
      port: 0,
      connected: () => this.#senders.size,
      acknowledge: (gateway, payload) => this.#hear(gateway, payload),
      command: () => undefined,
      close,
      [Symbol.asyncDispose]: close,
    }
    return intake
  }

  /** Resolves when so many more envelopes are acknowledged. */
  send(envelopes: number): Promise<void> {
    this.#due += Math.round(envelopes)
    return new Promise((resolve) => {
      this.#done = resolve
      for (const sender of this.#senders.values()) this.#fill(sender)
    })
  }

  #hear(gateway: string, payload: Uint8Array): void {
    const sender = this.#senders.get(gateway)
    const upTo = decodeAcknowledgement(payload)?.spools[spool]?.upTo ?? 0
    if (!sender || upTo <= sender.acknowledged) return
    this.#acknowledged += upTo - sender.acknowledged
    sender.acknowledged = upTo
    if (this.#acknowledged >= this.#due) this.#done?.()
    else this.#fill(sender)
  }

  #fill(sender: Sender): void {
    while (this.#sent < this.#due && sender.sent - sender.acknowledged < gatewayWindow) {
      this.#sent++
      const payload = Buffer.from(sender.payloads.next(++sender.sent), 'latin1')
      const delivery = { gateway: sender.id, lane: 'live', payload, receivedAt: Date.now() } as const
      this.#events?.delivery(
        delivery,
        () => undefined,
        () => {
          throw new Error('damaged')
        },
      )
    }
  }
}

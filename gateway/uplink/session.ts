import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { Clock, Timer } from '@civitals/contracts/clock'
import { beforeAll, type Spool, type SpoolRow } from '../spool/spool.ts'
import type { Connection, Lane } from './connection.ts'
import type { LinkPace } from './link-pace.ts'
import { isSettled, SendWindow } from './window.ts'

/** Beyond this age an envelope is history and goes beside the live ones. */
const liveForMs = 60_000
/** On a link that cannot carry all that is read, only so much: the newest goes first, the rest follows. */
const liveForOnSlowLinkMs = 5_000
/** What is still on this box need not be sent again. */
const mostUnsentBytes = 64 * 1024
const lookMs = 5000

export interface SessionOptions {
  readonly spool: Spool
  readonly connection: Connection
  readonly clock: Clock
  /** Of the link, over all its sessions. */
  readonly pace: LinkPace
  readonly onFailure: (error: unknown) => void
}

type Told = Acknowledgement['spools']
const nothingSettled: Told = {}

/**
 * Sends what waits in the spool over one connection until it ends: live envelopes in order, older ones beside them at their
 * share, again when no acknowledgement comes. A new session starts from what is unacknowledged, so nothing hangs on an old one. It ends with its spool:
 * a successor counts anew, and what is in flight has other places there.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #window: SendWindow
  readonly #spoolId: string
  /** Rows below go by backfill; at first everything from before the connection. */
  #liveFrom: number
  #liveCursor: number
  #backfillCursor = beforeAll
  #backfillDone = false
  #running = false
  #again = false
  #over = false
  #timer: Timer | undefined
  /** The newest word of the centre: rows read before it came need not be sent. */
  #settled = nothingSettled
  /** What the spool could not take note of. */
  #unmarked: Told | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#window = new SendWindow(options.pace)
    this.#spoolId = options.spool.id
    this.#liveFrom = options.spool.counters().newestSeq + 1
    this.#liveCursor = this.#liveFrom - 1
    options.connection.closed.then(() => this.stop())
  }

  get inFlight(): number {
    return this.#window.size
  }

  stop(): void {
    this.#over = true
    this.#timer?.cancel()
  }

  /** New rows were committed. When nothing waits before them they go out without another look into the spool. */
  committed(rows: readonly SpoolRow[]): void {
    if (this.#isOver()) return
    const inOrder = !this.#running && rows[0]?.seq === this.#liveCursor + 1 && rows.length <= this.#window.liveRoom()
    for (const row of inOrder ? rows : []) {
      if (!this.#window.fits('live', row.payload.length)) break
      this.#send(row, 'live')
    }
    this.pump()
  }

  acknowledged({ spools }: Acknowledgement): void {
    if (this.#isOver()) return
    this.#settled = { ...this.#settled, ...spools }
    this.#window.settle(spools, this.#spoolId, this.#options.clock.mono())
    this.#mark(spools)
    this.pump()
  }

  /** A disk that is full refuses even this; the centre need not say it again, so it is tried again at the next look. */
  #mark(told: Told): void {
    this.#unmarked = undefined
    const { spool, onFailure } = this.#options
    const { inherited, reopened } = spool.counters()
    const known = Object.entries(told).filter(([id]) => id === this.#spoolId || inherited + reopened > 0)
    for (const [id, settled] of known) {
      spool.acknowledge(settled, id).catch((error: unknown) => {
        this.#unmarked ??= told
        onFailure(error)
      })
    }
  }

  /** Rows that had been acknowledged wait again, behind the cursors; the centre's older word does not cover them any more. */
  reopened(): void {
    this.#unmarked = undefined
    this.#settled = nothingSettled
    this.#liveFrom = this.#liveCursor + 1
    this.#backfillCursor = beforeAll
    this.#backfillDone = false
    this.pump()
  }

  /** Sends what may be sent; calls while it runs make it look again. */
  pump(): void {
    this.#again = true
    if (this.#isOver() || this.#running) return
    this.#running = true
    this.#work().then(
      () => {
        this.#running = false
        this.#arm()
      },
      (error: unknown) => {
        this.#running = false
        this.#options.onFailure(error)
        this.#arm()
      },
    )
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#isOver()) {
      this.#again = false
      this.#resend()
      await this.#sendLive()
      await this.#sendBackfill()
    }
  }

  #resend(): void {
    if (this.#options.connection.unsentBytes > mostUnsentBytes) return
    for (const row of this.#window.overdue(this.#options.clock.mono())) this.#send(row, this.#laneOf(row))
  }

  async #sendLive(): Promise<void> {
    const { spool } = this.#options
    const limit = this.#window.liveRoom()
    if (limit === 0 || this.#liveCursor >= spool.counters().newestSeq) return
    const rows = await spool.waiting({ after: this.#liveCursor, before: Number.MAX_SAFE_INTEGER, limit })
    for (const row of rows) {
      if (this.#isOver()) return
      if (this.#laneOf(row) !== 'live') this.#leaveToBackfill(row)
      else if (this.#window.fits('live', row.payload.length)) this.#send(row, 'live')
      else return
      this.#again = true
    }
  }

  /** A row that grew old before its turn came: it, and with it all older ones, are history now. */
  #leaveToBackfill(row: SpoolRow): void {
    this.#liveCursor = row.seq
    this.#liveFrom = row.seq + 1
    this.#backfillDone = false
  }

  async #sendBackfill(): Promise<void> {
    const limit = this.#window.backfillRoom(this.#liveCursor < this.#options.spool.counters().newestSeq)
    if (limit === 0 || this.#backfillDone) return
    const range = { after: this.#backfillCursor, before: this.#liveFrom, limit }
    const rows = await this.#options.spool.waiting(range)
    if (rows.length === 0) this.#backfillDone = range.before === this.#liveFrom
    for (const row of rows) {
      if (this.#isOver()) return
      const underWay = this.#window.has(row.seq)
      if (!underWay && !this.#window.fits('backfill', row.payload.length)) return
      this.#backfillCursor = row.seq
      this.#again = true
      if (!underWay) this.#send(row, 'backfill')
    }
  }

  #laneOf(row: SpoolRow): Lane {
    const liveFor = this.#window.isSlow && row.class !== 'alarm' ? liveForOnSlowLinkMs : liveForMs
    return row.seq < this.#liveFrom || this.#options.clock.now() - row.committedAt > liveFor ? 'backfill' : 'live'
  }

  #send(row: SpoolRow, lane: Lane): void {
    if (lane === 'live') this.#liveCursor = Math.max(this.#liveCursor, row.seq)
    if (isSettled(this.#settled, this.#spoolId, row)) return
    this.#window.sent(row, lane, this.#options.clock.mono())
    this.#options.connection.send(lane, row.payload)
  }

  #isOver(): boolean {
    if (!this.#over && this.#options.spool.id !== this.#spoolId) {
      this.stop()
      this.#options.connection.destroy()
    }
    return this.#over
  }

  #arm(): void {
    this.#timer?.cancel()
    if (this.#over) return
    const { clock, connection } = this.#options
    // What is overdue and may not go yet is looked at again, not at once.
    const soonest = connection.unsentBytes > mostUnsentBytes ? 1000 : 0
    const nextAt = Math.min(this.#window.nextResendAt() ?? Number.POSITIVE_INFINITY, this.#silentAt())
    this.#timer = clock.after(Math.min(lookMs, Math.max(soonest, nextAt - clock.mono())), () => this.#look())
  }

  #look(): void {
    const { clock, connection, pace } = this.#options
    if (this.#unmarked) this.#mark(this.#unmarked)
    if (clock.mono() < this.#silentAt()) this.pump()
    else {
      if (this.#window.size > 0) pace.gaveUp()
      connection.destroy()
    }
  }

  #silentAt(): number {
    const { connection, pace } = this.#options
    return connection.heardAt + pace.silenceMs(this.#window.bytesUnderWay)
  }
}

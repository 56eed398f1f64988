// What follows a settled reading, written with it: a journal of what was evaluated, one order and one message a transition. The journal and
// the orders are the miniature's own; rules and alarms are real.
import type { AlarmTransition, OnTransition } from '@civitals/contracts/alarm'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { Migration, StateStore, StateTx } from '@civitals/storage/state'
import { sql } from 'kysely'
import type { Rule } from '../../alarms/rules/rule.ts'
import type { Life } from './schedule.ts'

export const deskMigrations: readonly Migration[] = [
  {
    id: 'miniature-001',
    statements: [
      `CREATE TABLE mini_journal (n INTEGER PRIMARY KEY, gateway TEXT NOT NULL, spool TEXT NOT NULL, seq INTEGER NOT NULL,
         batch TEXT NOT NULL, received_at INTEGER NOT NULL, readings TEXT NOT NULL, UNIQUE (gateway, spool, seq, batch))`,
      'CREATE TABLE mini_order (n INTEGER PRIMARY KEY, transition TEXT NOT NULL)',
      'CREATE TABLE mini_outbox (id TEXT PRIMARY KEY, transition TEXT NOT NULL, delivered INTEGER NOT NULL)',
    ],
  },
]

/** The point rules look at, its limit and deadband. */
export const watched = { point: 'depth', limit: 100, deadband: 10 } as const
export const latenessMs: number = 15 * 60_000

const text = { zh: 'x', en: 'x' }

export const rules: readonly Rule[] = [
  {
    ...{ id: 'mini', version: '1', name: text, unit: 'cm', priority: 2, late: 'amend', source: 'miniature' },
    ...{ cause: text, consequence: text, response: text },
    subject: { kind: 'road-water', point: watched.point },
    condition: {
      ...{ direction: 'high', limit: watched.limit, deadband: watched.deadband },
      ...{ onDelay: '0s', offDelay: '0s' },
    },
  },
]

/** Notes every envelope that is evaluated, in order. The same effect written again is one; evaluated again is another. */
export function journalStep(name: string): SettlementStep<StateTx> {
  let batches = 0
  return ({ envelopes, receivedAt }) => {
    const batch = `${name}-${++batches}`
    return {
      async write(tx) {
        for (const { gateway, spool, seq, readings } of envelopes) {
          const seen = JSON.stringify(readings.filter(({ point }) => point === watched.point))
          await sql`INSERT INTO mini_journal (gateway, spool, seq, batch, received_at, readings)
            VALUES (${gateway}, ${spool}, ${seq}, ${batch}, ${receivedAt}, ${seen}) ON CONFLICT DO NOTHING`.execute(tx)
        }
      },
      committed: () => undefined,
    }
  }
}

export const onTransition: OnTransition<StateTx> = async (tx: StateTx, { id }: AlarmTransition): Promise<void> => {
  await sql`INSERT INTO mini_order (transition) VALUES (${id})`.execute(tx)
  await sql`INSERT INTO mini_outbox (id, transition, delivered) VALUES (${`evt-${id}`}, ${id}, 0)`.execute(tx)
}

const everyMs = 1_000
const answerMs = 200
const shareOfFailures = 0.2

/** Delivers what stands in the outbox, at least once: the receiver may have got a message whose answer was lost. */
export function dispatch(life: Life, state: StateStore, receive: (id: string) => void): void {
  const { random } = life.schedule
  const round = async (): Promise<void> => {
    try {
      const { rows } = await sql<{ id: string }>`SELECT id FROM mini_outbox WHERE delivered = 0 LIMIT 10`.execute(
        state.db,
      )
      for (const { id } of rows) {
        await life.later(random.between(0, answerMs), 'webhook', () => receive(id))
        if (random.chance(shareOfFailures)) continue
        await state.transaction((tx) => sql`UPDATE mini_outbox SET delivered = 1 WHERE id = ${id}`.execute(tx))
      }
    } catch {
      // The store is away; the next round asks again.
    }
    life.after(everyMs, 'outbox', () => void round())
  }
  void round()
}

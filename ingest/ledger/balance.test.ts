// produced = stored + rejected + set aside + waiting + declared lost, judged when a status comes.
import type { GatewayStatus } from '@civitals/contracts/status'
import t from 'tap'
import { Accounts } from './accounts.ts'
import { StatusBook } from './balance.ts'

const statusOf = (producedReadings: number, waitingReadings: number, id = 's', declaredLost = 0): GatewayStatus => ({
  online: true,
  at: 1,
  spool: { id, newestSeq: 1, waiting: 1, waitingReadings, producedReadings, declaredLost, bytes: 0 },
})

/** Accounts of ten readings in every column. */
function booksOf(): { accounts: Accounts; book: StatusBook } {
  const accounts = new Accounts()
  const draft = accounts.draft(1)
  draft.settle('g', 's', 1, 3)
  draft.add('g', 's', { stored: 4, rejected: 3, setAside: 2, declaredLost: 1 })
  accounts.commit(draft)
  return { accounts, book: new StatusBook(accounts) }
}

const cases: readonly (readonly [string, number, number, object, number?])[] = [
  ['all settled and acknowledged', 10, 0, { waiting: 0, balanced: true }],
  ['settled, the acknowledgement still on its way', 10, 6, { waiting: 0, balanced: true }],
  ['more produced, all of it waiting', 15, 5, { waiting: 5, balanced: true }],
  ['more produced than settled and waiting together', 15, 4, { waiting: 5, balanced: false }],
  ['given up at the gateway, the gap record not here yet', 15, 3, { waiting: 5, balanced: true }, 3],
  ['fewer produced than settled', 9, 0, { waiting: null, balanced: false }],
]
for (const [name, produced, waiting, expected, lost = 0] of cases) {
  t.test(name, async (t) => {
    const { book } = booksOf()
    book.hear('g', statusOf(produced, waiting, 's', lost), 5)
    t.match(book.rows(), [{ produced, stored: 4, rejected: 3, setAside: 2, declaredLost: 1, ...expected }])
  })
}

t.test('settled since the status: the verdict stands, it was produced since', async (t) => {
  const { accounts, book } = booksOf()
  book.hear('g', statusOf(12, 2), 5)
  const draft = accounts.draft(6)
  draft.add('g', 's', { stored: 7 })
  accounts.commit(draft)
  t.match(book.rows(), [{ produced: 17, stored: 11, waiting: 0, balanced: true }])
})

t.test('what the centre gave up does not stand for what the gateway did', async (t) => {
  const { accounts, book } = booksOf()
  const draft = accounts.draft(4)
  draft.add('g', 's', { givenUp: 5 })
  accounts.commit(draft)
  book.hear('g', statusOf(18, 0, 's', 4), 5)
  t.match(book.rows(), [{ declaredLost: 6, waiting: 3, balanced: true }], 'three more gap records are on their way')
})

t.test('before any status, and for another spool, nothing is claimed', async (t) => {
  const { book } = booksOf()
  t.match(book.rows(), [{ produced: null, waiting: null, balanced: null }])
  book.hear('g', statusOf(10, 0, 'other'), 5)
  t.match(book.rows(), [{ produced: null, waiting: null, balanced: null }])
})

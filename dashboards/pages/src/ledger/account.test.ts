import type { LedgerRow } from '@civitals/contracts/ledger'
import t from 'tap'
import { inOrder, termText, unaccounted } from './account.ts'

const row = (change: Partial<LedgerRow> = {}): LedgerRow => ({
  gateway: 'g1',
  spool: 'p1',
  produced: 1_234_567,
  stored: 1_234_560,
  rejected: 2,
  setAside: 5,
  waiting: 0,
  declaredLost: 0,
  lossAtLeast: false,
  duplicates: 0,
  reopened: 0,
  settledUpTo: 9,
  above: [],
  balanced: true,
  updatedAt: 0,
  ...change,
})

t.test('what is unknown prints as unknown, a least loss as such', async (t) => {
  t.equal(termText(row(), 'produced'), '1\u202f234\u202f567')
  t.equal(termText(row({ produced: null }), 'produced'), '?')
  t.equal(termText(row({ waiting: null }), 'waiting'), '?')
  t.equal(termText(row({ declaredLost: 240, lossAtLeast: true }), 'declaredLost'), '≥ 240')
  t.equal(termText(row({ declaredLost: 0, lossAtLeast: true }), 'declaredLost'), '≥ 0')
})

t.test('readings that stand nowhere are told only where the books disagree', async (t) => {
  t.equal(unaccounted(row()), undefined)
  t.equal(unaccounted(row({ balanced: null, produced: null })), undefined)
  t.equal(unaccounted(row({ balanced: false, stored: 1_234_500, waiting: null })), 60)
})

t.test('what wants attention comes first', async (t) => {
  const rows = [row(), row({ gateway: 'g2', lossAtLeast: true }), row({ gateway: 'g3', balanced: false })]
  t.same(
    inOrder(rows).map(({ gateway }) => gateway),
    ['g3', 'g2', 'g1'],
  )
})

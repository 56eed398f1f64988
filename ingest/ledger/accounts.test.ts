// Accounts against a model: whatever is drafted, in whatever order seqs come, nothing counts twice and the sums hold.
import fc from 'fast-check'
import t from 'tap'
import { Accounts } from './accounts.ts'

t.test('chained drafts count every seq once', async (t) => {
  const batches = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), { maxLength: 12 })
  fc.assert(
    fc.property(batches, (model) => {
      const accounts = new Accounts()
      const seen = new Set<number>()
      const pending = [accounts.draft(0)]
      for (const [order, batch] of model.entries()) {
        const draft = accounts.draft(order + 1, pending.at(-1))
        for (const seq of batch) {
          const known = draft.isSettled('g', 's', seq)
          if (known !== seen.has(seq)) return false
          seen.add(seq)
          if (known) draft.add('g', 's', { duplicates: 1 })
          else {
            draft.settle('g', 's', seq)
            draft.add('g', 's', { stored: seq })
          }
        }
        pending.push(draft)
        for (const oldest of pending.splice(0, pending.length - 2)) accounts.commit(oldest)
      }
      for (const draft of pending) accounts.commit(draft)
      const account = accounts.get('g', 's')
      const size = (account?.settled ?? []).reduce((sum, [from, to]) => sum + to - from + 1, 0)
      const sum = [...seen].reduce((total, seq) => total + seq, 0)
      const duplicates = model.flat().length - seen.size
      return size === seen.size && (account?.stored ?? 0) === sum && (account?.duplicates ?? 0) === duplicates
    }),
  )
  t.pass()
})

t.test('a range is settled when its parts are, wherever they stand', async (t) => {
  const accounts = new Accounts()
  const first = accounts.draft(1)
  first.settle('g', 's', 1, 3)
  accounts.commit(first)
  const second = accounts.draft(2)
  second.settle('g', 's', 4)
  const third = accounts.draft(3, second)
  third.settle('g', 's', 5, 6)
  t.equal(third.unsettledIn('g', 's', 1, 6), 0)
  t.equal(third.unsettledIn('g', 's', 1, 7), 1)
  t.same(
    [1, 4, 6, 7].map((seq) => third.isSettled('g', 's', seq)),
    [true, true, true, false],
  )
  t.notOk(third.isSettled('g', 'other', 1))
})

t.test('the spool that changed last comes first', async (t) => {
  const accounts = new Accounts()
  for (const [order, spool] of ['old', 'new'].entries()) {
    const draft = accounts.draft(order)
    draft.settle('g', spool, 1)
    accounts.commit(draft)
  }
  t.same(
    accounts.of('g').map(({ spool }) => spool),
    ['new', 'old'],
  )
  t.same(accounts.of('nobody'), [])
})

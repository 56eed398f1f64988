// What tells a gateway that another box uses its id, and what does not.
import t from 'tap'
import { CloneSigns } from './clone-signs.ts'

const short = { kind: 'ended', lastedMs: 4000, quietly: true } as const

t.test('the centre says so: five to ten minutes until the next attempt, until it lets us in', async (t) => {
  const signs = new CloneSigns()
  t.equal(signs.waitMs(Math.random), undefined)
  signs.ended({ kind: 'cloned' })
  t.match(signs.trouble, /another box uses this id/)
  t.same(
    [0, 0.5, 0.999].map((share) => signs.waitMs(() => share)),
    [300_000, 450_000, 599_700],
  )
  signs.stands(0)
  t.same([signs.trouble, signs.waitMs(Math.random)], [undefined, undefined])
})

t.test('five sessions in a row that end as soon as they begin', async (t) => {
  const signs = new CloneSigns()
  for (let n = 0; n < 4; n++) signs.ended(short)
  t.equal(signs.trouble, undefined)
  signs.ended(short)
  t.match(signs.trouble, /perhaps another box/)
  t.equal(
    signs.waitMs(() => 0),
    300_000,
  )
  signs.ended({ ...short, lastedMs: 31_000 })
  t.same([signs.trouble, signs.waitMs(Math.random)], [undefined, undefined], 'one that lasted ends it')
  for (let n = 0; n < 5; n++) signs.ended(short)
  signs.stands(10_000)
  t.match(signs.trouble, /perhaps/)
  signs.stands(30_000)
  t.equal(signs.trouble, undefined, 'as does one that lasts')
})

t.test('a broker that restarts, and a link that breaks, are none', async (t) => {
  const signs = new CloneSigns()
  for (let n = 0; n < 40; n++) {
    for (let again = 0; again < 3; again++) signs.ended(short)
    signs.ended(n % 2 ? { kind: 'no session' } : { ...short, quietly: false })
    t.equal(signs.trouble, undefined)
  }
})

t.test('numbers of our spool that we never gave', async (t) => {
  const signs = new CloneSigns()
  signs.acknowledged({ upTo: 7, above: [[9, 12]] }, 12)
  t.equal(signs.trouble, undefined)
  signs.acknowledged({ upTo: 7, above: [[9, 13]] }, 12)
  t.match(signs.trouble, /copy of this spool/)
  t.equal(signs.waitMs(Math.random), undefined, 'it may be the one that is kept: it goes on delivering')
})

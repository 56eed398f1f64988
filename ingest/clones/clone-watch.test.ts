// Two boxes with one gateway id, and everything that only looks like it.
import type { Clone } from '@civitals/contracts/clone'
import fc from 'fast-check'
import t from 'tap'
import { CloneWatch, type GatewayBoxes } from './clone-watch.ts'

const start = Date.UTC(2026, 5, 12, 9)

/** A box as the centre hears it; `run` counts its starts. */
const box = (name: string, spool: string, run = 1) => ({
  boot: `${name}${run}`,
  spool,
  address: `10.0.0.${name.charCodeAt(0)}:1`,
})

function watching(known = new Map<string, GatewayBoxes>()) {
  const stored = new Map(known)
  const seen: Clone[] = []
  const watch = new CloneWatch(known, (gateway, boxes) => {
    stored.set(gateway, boxes)
    if (boxes.clone) seen.push(boxes.clone)
  })
  let time = start
  const speak = (who: ReturnType<typeof box>): boolean => {
    time += 10_000
    return watch.hear('g1', { ...who, saidAt: time }, time)
  }
  const pass = (ms: number): void => {
    time += ms
  }
  return { watch, speak, seen, stored, pass, now: () => time }
}

t.test('a box that restarts, is repaired or is replaced is none', async (t) => {
  const { speak, watch } = watching()
  for (let run = 1; run < 40; run++) {
    t.ok(speak(box('A', 's1', run)))
    t.ok(speak(box('A', 's1', run)))
  }
  t.ok(speak(box('A', 's2', 40)), 'its spool was damaged: a new one goes on')
  t.ok(speak(box('B', 's3')), 'another box in its place')
  t.ok(speak(box('B', 's3')))
  t.ok(speak(box('A', 's2', 41)), 'and the first one back again')
  t.same(watch.clones(), [])
})

t.test('one that speaks again after another has followed it proves two; the newer spool is refused', async (t) => {
  const { speak, watch } = watching()
  const [a, b] = [box('A', 's1', 3), box('B', 's2')]
  speak(box('A', 's1', 1))
  speak(a)
  t.ok(speak(b), 'it may be its replacement')
  t.ok(speak(a))
  t.match(watch.clones(), [
    {
      ...{ gateway: 'g1', evidence: 'two boxes', sharedSpool: false, releasedAt: null },
      ...{ kept: { boot: 'A3', spool: 's1' }, refused: [{ boot: 'B1', spool: 's2' }] },
      addresses: ['10.0.0.65:1', '10.0.0.66:1'],
    },
  ])
  t.notOk(speak(b))
  t.ok(watch.isSpeakerRefused('g1'))
  t.ok(speak(a))
  t.notOk(watch.isSpeakerRefused('g1'))
  t.ok(watch.isRefused('g1', 'B1'), 'at its login, before it takes anything over')
  t.notOk(speak(box('B', 's2', 2)), 'starting it anew does not help it')
  t.ok(speak(box('A', 's1', 4)), 'the kept one may restart')
  t.notOk(speak(box('C', 's9')), 'nor does a third box get in')
})

t.test('whoever is heard twice first, the older spool is kept', async (t) => {
  const { speak, watch } = watching()
  speak(box('A', 's1'))
  speak(box('B', 's2'))
  speak(box('A', 's1', 2))
  t.notOk(speak(box('B', 's2')), 'B gives the proof')
  t.match(watch.clones(), [{ kept: { boot: 'A2' }, refused: [{ boot: 'B1' }] }])
})

t.test('a copied spool: nobody can tell whose a new run is, so it waits', async (t) => {
  const { speak, watch } = watching()
  const [a, b] = [box('A', 's1'), box('B', 's1')]
  speak(a)
  speak(b)
  t.ok(speak(a))
  t.match(watch.clones(), [{ sharedSpool: true, kept: { boot: 'A1' }, refused: [{ boot: 'B1' }] }])
  t.notOk(speak(box('B', 's1', 2)))
  t.notOk(speak(box('A', 's1', 2)))
  t.ok(speak(a))
})

t.test('a status that a broker delivers twice is no second box', async (t) => {
  const { watch } = watching()
  const said = (boot: string, saidAt: number) =>
    watch.hear('g1', { boot, spool: 's1', address: undefined, saidAt }, start + saidAt)
  for (const [boot, at] of [
    ['A1', 1],
    ['A2', 2],
    ['A1', 1],
    ['A2', 2],
  ] as const)
    t.ok(said(boot, at))
  t.same(watch.clones(), [])
})

t.test('what a person decides holds until it is proved wrong', async (t) => {
  const { speak, watch, now } = watching()
  const [a, b] = [box('A', 's1'), box('B', 's2')]
  for (const who of [a, b, a, b]) speak(who)
  t.equal(watch.release('g2', undefined, 'li', now()), undefined)
  t.match(watch.release('g1', 'B1', 'li', now()), { releasedBy: 'li' })
  t.equal(watch.release('g1', 'B1', 'li', now()), undefined, 'once')
  t.ok(speak(b), 'the replacement goes on')
  t.ok(speak(b))
  t.match(watch.clones(), [{ releasedBy: 'li' }], 'the case stays to be read')
  t.ok(speak(a), 'the old box once more')
  t.ok(speak(b), 'and now the one that was chosen is the first')
  t.match(watch.clones(), [{ releasedAt: null, kept: { boot: 'B1' }, refused: [{ boot: 'A1' }] }])
})

t.test('a restart of the centre forgets neither the case nor who was first', async (t) => {
  const first = watching()
  const [a, b] = [box('A', 's1'), box('B', 's2')]
  first.speak(a)
  first.speak(b)
  const second = watching(first.stored)
  second.pass(60_000)
  t.ok(second.speak(b), 'B comes first after the restart')
  second.speak(a)
  t.match(second.watch.clones(), [{ kept: { boot: 'A1' }, refused: [{ boot: 'B1' }] }])
  const third = watching(second.stored)
  third.pass(120_000)
  t.notOk(third.speak(b))
})

t.test('a storm of take-overs without proof is told, and refuses nobody', async (t) => {
  const { watch } = watching()
  const takeOver = (n: number) => watch.tookOver('g1', { older: `a:${n}`, newer: `b:${n}` }, start + n * 30_000)
  for (let n = 0; n < 7; n++) takeOver(n)
  t.same(watch.clones(), [])
  takeOver(7)
  t.match(watch.clones(), [{ evidence: 'take-overs', kept: null, refused: [], addresses: ['b:7', 'a:7'] }])
  const calm = watching().watch
  for (let n = 0; n < 50; n++) calm.tookOver('g1', { older: 'a', newer: 'b' }, start + n * 60_000)
  t.same(calm.clones(), [], 'one a minute is a bad link')
})

t.test('however one box restarts and changes its spool, it is never taken for two', async () => {
  const step = fc.record({ restarts: fc.boolean(), newSpool: fc.boolean(), statuses: fc.integer({ min: 0, max: 3 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { speak, watch } = watching()
      let [run, spool] = [1, 1]
      return steps.every(({ restarts, newSpool, statuses }) => {
        if (newSpool) spool++
        if (restarts || newSpool) run++
        for (let n = 0; n < statuses; n++) if (!speak(box('A', `s${spool}`, run))) return false
        return watch.clones().length === 0
      })
    }),
  )
})

t.test(
  'however two boxes alternate, the refused one gets nothing in after the proof and the kept one everything',
  async () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 40 }), (turns) => {
        const { speak, watch } = watching()
        speak(box('A', 's1'))
        return turns.every((first) => {
          const welcome = speak(first ? box('A', 's1') : box('B', 's2'))
          return watch.clones().length === 0 || welcome === first
        })
      }),
    )
  },
)

// Whatever terminals send, a session answers in frames of its own protocol, says why it refused the rest, and keeps nothing for ever.
import t from 'tap'
import { type FrameProtocol, loadCodec } from './decode.ts'
import { frameChecks } from './frames/frame.ts'
import type { PushSession } from './frames/session.ts'
import { Gb26875Session } from './gb26875/session.ts'
import { Hj212Session } from './hj212/session.ts'
import { Jtt808Session } from './jtt808/session.ts'
import { Sl651Session } from './sl651/session.ts'
import { madeFrames } from './testing/fuzz.ts'
import { goodFrames } from './testing/golden-frames.ts'
import { reseals } from './testing/reseal.ts'

const sessions: Partial<Record<FrameProtocol, () => PushSession>> = {
  hj212: () => new Hj212Session(),
  sl651: () => new Sl651Session(),
  gb26875: () => new Gb26875Session(),
  jtt808: () => new Jtt808Session(),
}

for (const [protocol, open] of Object.entries(sessions) as [FrameProtocol, () => PushSession][]) {
  t.test(`${protocol}: a session survives 10,000 made frames`, async (t) => {
    const codec = await loadCodec(protocol)
    const session = open()
    const found = { answers: 0, reports: 0, refused: 0 }
    let now = Date.parse('2026-11-25T09:30:00+08:00')
    const reseal = reseals[protocol] ?? ((frame) => frame)
    for (const frame of madeFrames(await goodFrames(protocol), reseal, 10_000, 26_875)) {
      now += 1000
      const { answers, reports, refused } = session.receive(frame, now)
      const own = [...answers, ...session.due(now)]
      const odd = own.find((answer) => !codec.explain(answer).valid)
      if (odd) t.fail(`answers what is no frame: ${odd.toString('hex')}`)
      const untold = refused.find(({ check, detail }) => !frameChecks.includes(check) || detail === '')
      if (untold) t.fail(`refuses without a reason: ${JSON.stringify(untold)}`)
      const unreal = reports.find(({ elements }) => !Object.values(elements).every(Number.isFinite))
      if (unreal) t.fail(`reports what is no number: ${JSON.stringify(unreal)}`)
      found.answers += answers.length
      found.reports += reports.length
      found.refused += refused.length
    }
    t.ok(found.answers > 0 && found.reports > 0 && found.refused > 0, JSON.stringify(found))
  })
}

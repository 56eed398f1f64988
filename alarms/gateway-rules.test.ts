// Rules on gateways: what the centre found out of a box raises an alarm at its place, with what was known, and a person ends it.
import t from 'tap'
import type { GatewayFact } from './alarms.ts'
import { loadRules } from './rules/io/shipped-rules.ts'
import { type Desk, noon, openDesk } from './testing/desk.ts'

async function tell(desk: Desk, ...facts: GatewayFact[]): Promise<void> {
  const effect = desk.engine.evaluateGateways(facts)
  if (!effect) return
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
}

const boxes = (value: number, at: number, detail?: string): GatewayFact => ({
  ...{ gateway: 'gw-1', fact: 'boxes', value, at },
  ...(detail !== undefined && { detail }),
})

t.test('two boxes are an alarm with both addresses; told again it is the same; released it returns', async (t) => {
  await using desk = await openDesk({ rules: await loadRules() })
  await tell(desk, boxes(2, noon, '10.0.0.9:1, 10.0.0.5:2'))
  await tell(desk, boxes(2, noon, '10.0.0.9:1, 10.0.0.5:2'))
  const { items } = await desk.engine.list()
  t.match(items, [
    {
      ...{ rule: 'gateway-cloned', state: 'unacknowledged', priority: 2, value: 2, onset: noon },
      ...{ subject: { kind: 'gateway', gateway: 'gw-1', fact: 'boxes' }, area: '440607' },
      detail: '10.0.0.9:1, 10.0.0.5:2',
    },
  ])
  t.equal(items.length, 1)
  await desk.engine.acknowledge(items[0]?.id ?? '', 'li')
  await tell(desk, boxes(1, noon + 60_000))
  t.same((await desk.engine.list()).items, [])
})

t.test('one box is none, nor is a fact no rule looks at', async (t) => {
  await using desk = await openDesk({ rules: await loadRules() })
  await tell(desk, boxes(1, noon), { gateway: 'gw-1', fact: 'weight', value: 99, at: noon })
  t.same((await desk.engine.list()).items, [])
})

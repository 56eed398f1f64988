import { access } from 'node:fs/promises'
import { FakeClock } from '@civitals/contracts/clock'
import { TransportSchema } from '@civitals/firmware-bridge/transport'
import t from 'tap'
import { Value } from 'typebox/value'
import type { Complaint } from '../world/complaints.ts'
import { running } from './running.ts'

t.test('the plan wires every terminal of the city once, over TCP and two serial lines', async (t) => {
  const { simulator, close } = await running('auto')
  t.teardown(close)
  const lines = simulator.plan.flatMap(({ lines }) => lines)
  const wired = lines.flatMap(({ terminals }) => terminals)
  t.same(wired.map(({ id }) => id).sort(), simulator.city.terminals.map(({ id }) => id).sort())
  for (const { transport } of lines) t.ok(Value.Check(TransportSchema, transport), JSON.stringify(transport))
  const serial = lines.filter(({ transport }) => transport.kind !== 'modbus-tcp')
  t.same(
    serial.map(({ terminals }) => terminals.length),
    [8, 8],
  )
})

t.test('closing takes the pseudo-terminals away', async (t) => {
  const { simulator, close } = await running('auto')
  const paths = simulator.plan.flatMap(({ lines }) =>
    lines.flatMap(({ transport }) => (transport.kind === 'serial' ? [transport.path] : [])),
  )
  for (const path of paths) await access(path)
  await simulator.close()
  for (const path of paths) await t.rejects(access(path), { code: 'ENOENT' })
  await close()
})

t.test('complaints come as they happen, more of them in a storm', async (t) => {
  const clock = new FakeClock(Date.UTC(2026, 5, 10, 2))
  const heard: Complaint[] = []
  const { simulator, close } = await running('rtu-over-tcp', { clock, onComplaint: (one) => heard.push(one) })
  t.teardown(close)
  await clock.advance(200_000)
  const ordinary = heard.length
  t.ok(ordinary < 5)
  simulator.command({ scenario: 'storm', speed: 60 })
  await clock.advance(200_000)
  t.ok(heard.length > ordinary + 50, `${heard.length}`)
  t.same(
    heard.map(({ at }) => at),
    heard.map(({ at }) => at).sort((a, b) => a - b),
  )
  t.equal(simulator.state().storm, null, 'it has passed')
})

t.test('the control door: state, storm, faults, held values, and plain refusals', async (t) => {
  const { simulator, close } = await running('rtu-over-tcp')
  t.teardown(close)
  const post = (path: string, body: unknown, type = 'application/json') =>
    fetch(`${simulator.control}${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
  const refusal = async (answer: Response): Promise<string> => ((await answer.json()) as { error: string }).error

  t.equal((await post('/scenario', { scenario: 'storm', speed: 10 })).status, 200)
  const state = (await (await fetch(`${simulator.control}/state`)).json()) as { storm: { speed: number } }
  t.equal(state.storm.speed, 10)
  await post('/scenario', { scenario: 'calm' })
  t.equal(simulator.state().storm, null)

  await post('/fault', { terminal: 'gas-01', fault: 'silent', forMs: 60_000 })
  t.match(simulator.state().faults, [{ terminal: 'gas-01', kind: 'silent' }])
  await post('/set', { terminal: 'gas-01', point: 'concentration', value: 12 })
  t.same(simulator.state().pins, [{ series: 'gas-01/concentration', value: 12 }])
  await post('/set', { terminal: 'gas-01', point: 'concentration', value: null })
  t.same(simulator.state().pins, [])

  const slip = await post('/scenario', { scenario: 'strom' })
  t.equal(slip.status, 400)
  t.match(await refusal(slip), /storm/)
  t.match(await refusal(await post('/set', { terminal: 'gas-01', point: 'depth', value: 1 })), /has no point depth/)
  t.match(await refusal(await post('/fault', { terminal: 'gas-77', fault: 'silent' })), /no terminal gas-77/)
  t.equal((await post('/scenario', { scenario: 'storm' }, 'text/plain')).status, 415)
  t.equal((await fetch(`${simulator.control}/elsewhere`)).status, 404)
  t.equal((await post('/set', 'x'.repeat(20_000))).status, 400)
})

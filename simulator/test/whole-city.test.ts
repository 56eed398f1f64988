// Every terminal of the city is read over its own wire by the bridge's master; the two share no code below the profiles.
import type { Clock } from '@civitals/contracts/clock'
import { systemClock } from '@civitals/contracts/system-clock'
import { readTerminal } from '@civitals/firmware-bridge/driver'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { running } from './running.ts'

const profiles = await shippedProfiles()
const frozenAt = Date.UTC(2026, 5, 12, 12)

/** Timers run, the wall clock stands: what terminals show is known beforehand. */
const frozen: Clock = { ...systemClock, now: () => frozenAt }

t.test('all 53 terminals read back as the world has them', async (t) => {
  const { simulator, close } = await running('auto', { clock: frozen })
  t.teardown(close)
  let terminals = 0
  for (const { lines } of simulator.plan) {
    for (const plan of lines) {
      const line = await openModbusLine(plan.transport, { clock: systemClock })
      for (const { id, unit, profile } of plan.terminals) {
        const { values, quality } = await readTerminal(line, unit, profiles.get(profile)!)
        t.same(quality, {}, id)
        t.same(values, simulator.world.sample(id, frozenAt)?.values, id)
        terminals++
      }
      await line.close()
    }
  }
  t.equal(terminals, 53)
})

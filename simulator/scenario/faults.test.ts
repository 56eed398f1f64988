import t from 'tap'
import { Disturbances } from './faults.ts'

t.test('faults leave labels: from when to when, those in force last', async (t) => {
  const disturbances = new Disturbances()
  disturbances.set({ terminal: 'gas-01', kind: 'silent' }, 1000)
  disturbances.set({ terminal: 'air-01', kind: 'spike', point: 'pm25', until: 5000 }, 2000)
  disturbances.clear('gas-01', 3000)
  t.same(disturbances.labels(4000), [
    { terminal: 'gas-01', kind: 'silent', from: 1000, to: 3000 },
    { terminal: 'air-01', kind: 'spike', point: 'pm25', from: 2000 },
  ])
  t.same(disturbances.labels(6000)[1], { terminal: 'air-01', kind: 'spike', point: 'pm25', from: 2000, to: 5000 })
  t.same(disturbances.active(6000), [])
})

t.test('a fault of the same kind replaces the one before', async (t) => {
  const disturbances = new Disturbances()
  disturbances.set({ terminal: 'gas-01', kind: 'late-reply', delayMs: 10 }, 1000)
  disturbances.set({ terminal: 'gas-01', kind: 'late-reply', delayMs: 500 }, 2000)
  t.equal(disturbances.behaviour('gas-01', 2500).lateMs, 500)
  t.equal(disturbances.labels(2500).length, 2)
})

t.test('a spike hits the point it is meant for, three seconds in ten, and no other terminal', async (t) => {
  const disturbances = new Disturbances()
  disturbances.set({ terminal: 'air-01', kind: 'spike', point: 'pm25' }, 0)
  const seconds = Array.from({ length: 100 }, (_, at) => at * 1000)
  const hits = (terminal: string, point: string): number =>
    seconds.filter((at) => disturbances.spiking(terminal, point, at)).length
  t.equal(hits('air-01', 'pm25'), 30)
  t.equal(hits('air-01', 'pm10'), 0)
  t.equal(hits('air-02', 'pm25'), 0)
})

t.test('labels are bounded', async (t) => {
  const disturbances = new Disturbances()
  for (let at = 0; at < 1500; at++) disturbances.set({ terminal: 'gas-01', kind: 'silent' }, at)
  t.equal(disturbances.labels(2000).length, 1001)
})

import type { City, Terminal } from '@civitals/contracts/registry'

/** Password of every gateway of the test city. */
export const password = 'correct horse battery staple'

const name = (en: string) => ({ zh: en, en })

/** A terminal with a depth (0 to 200 cm) and an unbounded flow. */
export const terminalOf = (id: string, gateway: string): Terminal => ({
  id,
  kind: 'road-water',
  profile: 'test',
  group: 'water',
  gateway,
  site: 's1',
  name: name(id),
  reportEveryMs: 1_000,
  points: [
    { id: 'depth', unit: 'cm', name: name('depth'), range: [0, 200] },
    { id: 'flow', unit: 'none', name: name('flow') },
  ],
})

/** One site, gateways g1 and g2, terminal t1 behind g1 and t2 behind g2. */
export const city: City = {
  id: '440607',
  name: name('Test'),
  timeZone: 'Asia/Shanghai',
  areas: [{ id: '440607', level: 'district', name: name('Test') }],
  sites: [
    {
      id: 's1',
      area: '440607',
      name: name('Site'),
      position: { longitude: 112.9, latitude: 23.2, datum: 'WGS-84' },
    },
  ],
  gateways: [
    { id: 'g1', name: name('one') },
    { id: 'g2', name: name('two') },
  ],
  terminals: [terminalOf('t1', 'g1'), terminalOf('t2', 'g2')],
}

export const secrets: Readonly<Record<string, string>> = { g1: password, g2: password }

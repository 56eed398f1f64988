// What each line says: ports, endpoints, those who dial in, and how terminals answer.
import type { LineHealth } from '@civitals/contracts/status'
import t from 'tap'
import { type LineFacts, lineFindings, type SerialFacts } from './lines.ts'

const now = Date.UTC(2026, 5, 12, 9)
const port: SerialFacts = {
  ...{ kind: 'serial', path: '/dev/ttyUSB0', is: 'port', readable: true, writable: true, group: 'dialout' },
  ...{ holders: [], present: ['/dev/serial/by-id/usb-FTDI-if00-port0'] },
}
const seen = (line: Partial<LineFacts>) =>
  lineFindings(
    [{ id: 'rs485-1', name: '/dev/ttyUSB0 9600 8N1', terminals: 2, way: port, ...line }],
    now,
    'gateway.yaml',
  )
const ofPort = (way: Partial<SerialFacts>) => seen({ way: { ...port, ...way } })[0]

t.test('a serial port', async (t) => {
  t.match(ofPort({}), { verdict: 'ok', seen: 'rs485-1: /dev/ttyUSB0 9600 8N1 is there and may be used' })
  t.match(ofPort({ is: 'missing' }), { verdict: 'failure', next: /there are \/dev\/serial\/by-id\/usb-FTDI/ })
  t.match(ofPort({ readable: false, writable: false }), { verdict: 'failure', next: /usermod -aG dialout/ })
  t.match(ofPort({ holders: [{ pid: 9, command: 'screen' }] }), {
    verdict: 'failure',
    seen: /open in screen \(process 9\)/,
  })
  const byId = '/dev/serial/by-id/usb-FTDI-if00-port0'
  t.match(ofPort({ byId }), { verdict: 'warning', next: `write path: ${byId}` })
  t.equal(ofPort({ byId, path: byId })?.verdict, 'ok')
})

t.test('an endpoint is dialled only when nobody uses it', async (t) => {
  const way = { kind: 'endpoint', host: '10.0.0.9', port: 502 } as const
  t.match(seen({ way: { ...way, reached: { ms: 3.1 } } }), [{ verdict: 'ok', seen: /in 3\.1 ms/ }])
  t.match(seen({ way: { ...way, reached: { code: 'ETIMEDOUT' } } }), [{ verdict: 'failure', next: /ping 10\.0\.0\.9/ }])
  t.match(seen({ way }), [{ verdict: 'ok', seen: /not dialled/ }])
})

t.test('a port for those who dial in', async (t) => {
  const way = (listen: string, free?: true | { code: string }) =>
    ({ kind: 'listen', listen, ...(free && { free }) }) as const
  t.match(seen({ way: way('10.8.0.2:15300', true) }), [{ verdict: 'ok' }])
  t.match(seen({ way: way('10.8.0.2:15300', { code: 'EADDRINUSE' }) }), [
    { verdict: 'failure', next: /ss -ltnp \| grep :15300/ },
  ])
  t.match(seen({ way: way('10.8.0.2:15300', { code: 'EADDRNOTAVAIL' }) }), [{ verdict: 'failure', next: /ip addr/ }])
  for (const listen of ['15300', '127.0.0.1:15300', '[::1]:15300', 'localhost:15300'])
    t.match(seen({ way: way(listen, true) })[1], { verdict: 'warning', seen: /from this box alone/ }, listen)
})

t.test('terminals as the running gateway sees them', async (t) => {
  const health: LineHealth = {
    ...{
      line: 'rs485-1',
      terminals: 2,
      silent: 0,
      transactions: 1203,
      timeouts: 2,
      crcErrors: 0,
      lastHeardAt: now - 900,
    },
    perTerminal: [
      { terminal: 'noise-01', state: 'answers', timeouts: 0, crcErrors: 0, exceptions: 0 },
      { terminal: 'noise-02', state: 'answers', timeouts: 2, crcErrors: 0, exceptions: 0 },
    ],
  }
  const of = (change: Partial<LineHealth>) => seen({ health: { ...health, ...change } })[1]
  t.match(of({}), {
    verdict: 'ok',
    seen: /2 of 2 terminals answer, heard 900 ms ago; 1,203 requests, 2 without answer/,
  })
  const [first, second] = health.perTerminal ?? []
  const perTerminal = first && second ? [first, { ...second, state: 'silent' as const }] : []
  t.match(of({ silent: 1, perTerminal }), { verdict: 'warning', seen: /\(noise-02\)$/, next: /--terminal noise-02/ })
  t.equal(of({ silent: 2, perTerminal })?.verdict, 'failure')
  t.match(of({ trouble: 'no such device' }), { verdict: 'failure', seen: /is down: no such device/ })
  t.match(of({ strangers: ['861234567890123'] }), {
    verdict: 'warning',
    seen: /not in the configuration: 861234567890123/,
  })
})

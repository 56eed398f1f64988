// HJ 212 stations dial in on a real port: their frames become readings, and they are answered.
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { freePort } from '@civitals/contracts/testing/free-port'
import t from 'tap'
import type { LineConfig } from '../config/schema.ts'
import { dialIn, elementProfile, listeningGateway, until } from '../testing/listening-gateway.ts'

const eight = Date.parse('2026-01-01T08:00:05+08:00')
const mn = '010000A8900016F000169DC0'
// caoyiliang/HJ212, UploadElectricityMonitoringRealTimeDataReq and HeartbeatReq, and HJ 212-2017 C.25: see hj212/golden.
const electricity =
  '##0172QN=20260101080000123;ST=44;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&DataTime=20260101080000;d20105-Rtd=220.20,d20105-Flag=N;d30406-Rtd=0.04,d30406-Flag=N&&A441\r\n'
const heartbeat =
  '##0087QN=20260101080000123;ST=31;CN=9015;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&F3C1\r\n'
const noiseOf2016 =
  '##0123QN=20160801085857223;ST=23;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857; LA-Rtd=50.1&&1E00\r\n'

const profile = elementProfile('hj212', {
  voltage: { element: 'd20105-Rtd' },
  power: { element: 'd30406-Rtd', scale: 1000 },
  noise: { element: 'LA-Rtd' },
})
const station = { id: 'station-01', address: mn, profile: 'hj212' }
const line = (port: number, more: Partial<LineConfig> = {}): LineConfig => ({
  id: 'stations',
  transport: { kind: 'tcp-server', listen: String(port), identify: { within: '300ms' } },
  terminals: [station],
  ...more,
})

t.test('a station dials in: readings under its own time, answers on its socket', async (t) => {
  const port = await freePort()
  const { samples, status, gateway } = await listeningGateway(t, [line(port)], [profile], eight)
  const { socket, heard } = await dialIn(t, port)
  socket.write(electricity.slice(0, 50))
  socket.write(electricity.slice(50))
  await until(t, () => samples().length > 0, 'a sample comes')
  t.match(samples(), [
    { terminal: 'station-01', at: Date.parse('2026-01-01T08:00:00+08:00'), values: { voltage: 220.2, power: 40 } },
  ])
  t.equal(samples()[0]?.quality, undefined)
  t.match(heard().toString(), /^##\d{4}QN=20260101080000123;ST=91;CN=9014;.*Flag=8;CP=&&&&[0-9A-F]{4}\r\n$/)
  socket.write(heartbeat)
  await until(t, () => heard().toString().includes('CN=9013'), 'the heartbeat is answered')
  t.match(status(), {
    ...{ line: 'stations', terminals: 1, silent: 0, transactions: 2, connected: true, connections: 1, crcErrors: 0 },
    perTerminal: [{ terminal: 'station-01', state: 'answers' }],
  })
  t.equal(gateway.status().spool?.producedReadings, 2)
})

t.test('a time that cannot be true: the arrival counts, and is called uncertain', async (t) => {
  const port = await freePort()
  const { samples } = await listeningGateway(t, [line(port)], [profile], eight)
  const { socket } = await dialIn(t, port)
  socket.write(noiseOf2016)
  await until(t, () => samples().length > 0, 'a sample comes')
  t.match(samples(), [{ values: { noise: 50.1 }, quality: { noise: 'uncertain' } }])
  t.ok(Math.abs((samples()[0]?.at ?? 0) - eight) < 60_000)
})

t.test('a damaged frame is counted and nothing is made of it', async (t) => {
  const port = await freePort()
  const { samples, status } = await listeningGateway(t, [line(port)], [profile], eight)
  const { socket, heard } = await dialIn(t, port)
  socket.write(electricity.replace('220.20', '221.20'))
  await until(t, () => status()?.crcErrors === 1, 'it is counted')
  socket.write(electricity)
  await until(t, () => samples().length > 0, 'the next one counts')
  t.equal(samples()[0]?.values.voltage, 220.2)
  t.equal(
    heard()
      .toString()
      .match(/CN=9014/g)?.length,
    1,
  )
})

t.test('an address no terminal has is named once, and known after a reload without a new connection', async (t) => {
  const port = await freePort()
  const nobody = line(port, { protocol: 'hj212', terminals: [] })
  const { samples, status, logged, reload } = await listeningGateway(t, [nobody], [profile], eight)
  const { socket, closed } = await dialIn(t, port)
  socket.write(electricity)
  socket.write(electricity)
  await until(t, () => status()?.foreignFrames === 2, 'both are counted')
  t.same(status()?.strangers, [mn])
  t.equal(logged.filter(({ msg }) => msg === 'an address no terminal has').length, 1)
  await reload([{ ...nobody, terminals: [station] }])
  socket.write(electricity)
  await until(t, () => samples().length > 0, 'now it reports')
  t.notOk(closed())
  t.same(status()?.strangers, undefined)
})

t.test(
  'a reload that adds and takes away other lines leaves a station its connection and loses no frame',
  async (t) => {
    const [port, elsewhere] = [await freePort(), await freePort()]
    const { samples, status, reload } = await listeningGateway(t, [line(port)], [profile], eight)
    const { socket, heard, closed } = await dialIn(t, port)
    const answers = (): number =>
      heard()
        .toString()
        .match(/CN=9014/g)?.length ?? 0
    socket.write(electricity)
    await until(t, () => answers() === 1, 'it is answered')
    const newcomer = {
      ...line(elsewhere, { terminals: [{ ...station, id: 'station-02', address: 'A2' }] }),
      id: 'others',
    }
    const dtus: LineConfig = {
      ...{
        id: 'dtu',
        transport: { kind: 'tcp-server', listen: String(port), dtu: '861234567890123' },
        protocol: 'hj212',
      },
      terminals: [{ ...station, id: 'station-03' }],
    }
    // Torn across each reload: what was heard of a frame before it is not lost.
    for (const lines of [[line(port), newcomer], [newcomer, line(port), dtus], [line(port)]]) {
      const before = answers()
      socket.write(electricity.slice(0, 60))
      await reload(lines)
      socket.write(electricity.slice(60))
      await until(t, () => answers() > before, `${lines.length} lines: the frame is answered`)
    }
    await until(t, () => samples().length === 4, 'each of the four is a sample')
    t.match(status(), { connections: 1, crcErrors: 0, transactions: 4 })
    t.notOk(closed())
  },
)

t.test('who says nothing that can be read is sent away; who does may stay', async (t) => {
  const port = await freePort()
  await listeningGateway(t, [line(port)], [profile], eight)
  const silent = await dialIn(t, port)
  const browser = await dialIn(t, port)
  const known = await dialIn(t, port)
  browser.socket.write('GET / HTTP/1.1\r\n\r\n')
  known.socket.write(heartbeat)
  await until(t, () => silent.closed() && browser.closed(), 'both are closed')
  t.notOk(known.closed())
  const flood = await dialIn(t, port)
  flood.socket.write(Buffer.alloc(200_000, 'x'))
  await until(t, flood.closed, 'so is the one that floods')
})

t.test('a station that has gone without a word is let go when its time is over', async (t) => {
  const port = await freePort()
  const quick = line(port, { transport: { kind: 'tcp-server', listen: String(port), idle: '500ms' } })
  const { status } = await listeningGateway(t, [quick], [profile], eight)
  const { socket, closed } = await dialIn(t, port)
  socket.write(heartbeat)
  await until(t, closed, 'it is closed')
  t.equal(status()?.transactions, 1)
})

const tcpTable = '/proc/net/tcp'

t.test('the system asks a silent peer every 15 s whether it is there', { skip: !existsSync(tcpTable) }, async (t) => {
  const port = await freePort()
  const { status } = await listeningGateway(t, [line(port)], [profile], eight)
  const { socket } = await dialIn(t, port)
  socket.write(heartbeat)
  await until(t, () => status()?.connections === 1 && status()?.transactions === 1, 'it is connected')
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const far = `:${(socket.localPort ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  const keepalive = (): number | undefined => {
    const rows = readFileSync(tcpTable, 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
    const [timer, jiffies = ''] =
      rows.find((row) => row[1]?.endsWith(local) && row[2]?.endsWith(far))?.[5]?.split(':') ?? []
    // Timer 02 is keepalive; its time is in hundredths of a second.
    return timer === '02' ? Number.parseInt(jiffies, 16) / 100 : undefined
  }
  await until(t, () => keepalive() !== undefined, 'a keepalive timer runs')
  t.ok((keepalive() ?? 99) <= 15, `${keepalive()} s`)
})

t.test('a port that is taken is told once and listened on when it is free', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as AddressInfo
  const { logged } = await listeningGateway(t, [line(port)], [profile], eight)
  await until(t, () => logged.some(({ msg }) => msg === 'line is down'), 'it is told')
  t.match(logged.find(({ msg }) => msg === 'line is down')?.detail, /EADDRINUSE/)
  other.close()
  await until(t, () => logged.some(({ msg }) => msg === 'line works again'), 'it is listened on')
  t.equal(logged.filter(({ msg }) => msg === 'line is down').length, 1)
})

t.test('a station that is dialled: its link is opened again when it is lost, told once', async (t) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.write(electricity)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const dialled: LineConfig = { ...line(0), transport: { kind: 'tcp', host: '127.0.0.1', port } }
  const { samples, logged } = await listeningGateway(t, [dialled], [profile], eight)
  await until(t, () => samples().length === 1, 'it is heard')
  sockets[0]?.destroy()
  await until(t, () => samples().length === 2, 'and again')
  t.same(
    logged.map(({ msg }) => msg).filter((msg) => msg.startsWith('line')),
    ['line is down', 'line works again'],
  )
})

t.test('a station of which nothing comes for three times its period has failed, once', async (t) => {
  const port = await freePort()
  const quick = elementProfile('hj212', { voltage: { element: 'd20105-Rtd' } }, '500ms')
  const { samples, status } = await listeningGateway(t, [line(port)], [quick], eight)
  await until(t, () => status()?.silent === 1, 'it is silent')
  const { socket } = await dialIn(t, port)
  socket.write(electricity)
  await until(t, () => samples().length >= 2, 'it is heard')
  t.match(samples(), [{ values: {}, quality: { voltage: 'comm_fail' } }, { values: { voltage: 220.2 } }])
  t.match(status(), { silent: 0, perTerminal: [{ state: 'answers', timeouts: 1 }] })
})

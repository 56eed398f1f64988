// Child process: the bare ceiling. Aedes hook -> JSON.parse -> DuckDB appender, and nothing else: no check, no ledger, no rules, no
// acknowledgement but PUBACK. Told {folder}; answers {port}; 'count' answers {stored}: values committed.
import { createServer } from 'node:net'
import { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER } from '@duckdb/node-api'
import { Aedes } from 'aedes'

interface Columns {
  readonly series: number[]
  readonly at: bigint[]
  readonly value: number[]
}

/** Values that wait to be written at most; beyond, the publishers are held. */
const mostWaiting = 200_000
const chunkRows = 2048
const types = [INTEGER, BIGINT, DOUBLE]

const none = (): Columns => ({ series: [], at: [], value: [] })
const terminals = new Map<string, Map<string, number>>()
let numbers = 0
let waiting = none()
const held: (() => void)[] = []
let stored = 0
let wake: (() => void) | undefined

function take(payload: Buffer): void {
  const { samples } = JSON.parse(payload.toString())
  for (const { terminal, at, values } of samples) {
    const points = terminals.get(terminal) ?? new Map<string, number>()
    terminals.set(terminal, points)
    const time = BigInt(at)
    for (const point in values) {
      const series = points.get(point) ?? numbers++
      points.set(point, series)
      waiting.series.push(series)
      waiting.at.push(time)
      waiting.value.push(values[point])
    }
  }
}

async function write(folder: string): Promise<never> {
  const connection = await (await DuckDBInstance.create(`${folder}/bare.duckdb`)).connect()
  await connection.run('CREATE TABLE reading (series INTEGER, time_ms BIGINT, value DOUBLE)')
  for (;;) {
    if (waiting.series.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const rows = waiting
    waiting = none()
    for (const go of held.splice(0)) go()
    await connection.run('BEGIN')
    const appender = await connection.createAppender('reading')
    for (let from = 0; from < rows.series.length; from += chunkRows) {
      const to = Math.min(from + chunkRows, rows.series.length)
      const chunk = DuckDBDataChunk.create(types, to - from)
      chunk.setColumns([rows.series.slice(from, to), rows.at.slice(from, to), rows.value.slice(from, to)])
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    await connection.run('COMMIT')
    stored += rows.series.length
  }
}

async function serve(folder: string): Promise<void> {
  const broker = await Aedes.createBroker()
  broker.authorizePublish = (_client, packet, done) => {
    take(packet.payload as Buffer)
    wake?.()
    if (waiting.series.length < mostWaiting) done()
    else held.push(() => done())
  }
  const server = createServer({ noDelay: true }, (socket) => void broker.handle(socket))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
  })
  await write(folder)
}

process.on('message', (message: 'count' | { readonly folder: string }) => {
  if (message === 'count') process.send?.({ stored })
  else void serve(message.folder)
})

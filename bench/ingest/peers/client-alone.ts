// Child process: the official InfluxDB client and nothing else, as its documentation shows it: points of the bench's terminals written to a
// database of their own, batches of 5,000, two on the way. Told {url, database, gateways}; 'count' answers {stored}: values the server took.
import { InfluxDB, Point } from '@influxdata/influxdb-client'
import type { LoadGateway, LoadTerminal } from './load.ts'

interface Told {
  readonly url: string
  readonly database: string
  readonly gateways: readonly LoadGateway[]
}

const batchPoints = 5_000
const onTheWay = 2
let stored = 0

const readingOf = ({ middle, decimals }: LoadTerminal['points'][number]): number =>
  Number((middle * (0.99 + Math.random() * 0.02)).toFixed(decimals))

function pointOf({ id, points }: LoadTerminal, at: number): Point {
  const point = new Point('bench').tag('terminal', id).timestamp(at)
  for (const one of points) point.floatField(one.id, readingOf(one))
  return point
}

/** The next batch of points: every terminal of every gateway in turn, a millisecond later each round. */
function* batches(gateways: readonly LoadGateway[]): Generator<{ points: Point[]; values: number }> {
  const terminals = gateways.flatMap((gateway) => gateway.terminals)
  let points: Point[] = []
  let values = 0
  for (let at = Date.now(); ; at++) {
    for (const terminal of terminals) {
      points.push(pointOf(terminal, at))
      values += terminal.points.length
      if (points.length < batchPoints) continue
      yield { points, values }
      points = []
      values = 0
    }
  }
}

async function write({ url, database, gateways }: Told): Promise<void> {
  const next = batches(gateways)
  const writer = async (): Promise<void> => {
    const api = new InfluxDB({ url, timeout: 60_000 }).getWriteApi('', database, 'ms', { batchSize: batchPoints + 1 })
    api.path = `/write?db=${encodeURIComponent(database)}&precision=ms`
    for (const { points, values } of next) {
      api.writePoints(points)
      await api.flush()
      stored += values
    }
  }
  await Promise.all(Array.from({ length: onTheWay }, writer))
}

process.on('message', (message: 'count' | Told) => {
  if (message === 'count') process.send?.({ stored })
  else {
    process.send?.({ started: true })
    void write(message)
  }
})

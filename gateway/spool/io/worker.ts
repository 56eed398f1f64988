// The thread that owns the SQLite file: a slow flush blocks here and nowhere else.
import { parentPort, workerData } from 'node:worker_threads'
import { CivitalsError } from '@civitals/contracts/errors'
import { SpoolFolder } from './folder.ts'
import type { Answer, Opening, Request } from './protocol.ts'
import { inPlainWords } from './sqlite-errors.ts'

const port = parentPort
if (!port) throw new Error('the spool worker runs in a worker thread')

const { folder, limits, now } = workerData as Opening
let time = now
const nothing = { rows: [] }
const answer = (message: Answer): void => port.postMessage(message, transfers(message))

try {
  const lineage = new SpoolFolder({
    ...{ folder, limits, now: () => time },
    onSuccession: (succession, movedAside) => answer({ succession: { ...succession, movedAside } }),
  }).open()
  const standing = () => ({ spool: lineage.book.id, counters: lineage.book.counters() })
  port.on('message', (request: Request) => {
    try {
      const served = serve(request)
      answer({ id: request.id, ...served, ...standing() })
    } catch (error) {
      answer({ id: request.id, error: plain(error) })
    }
    if (request.call === 'close') port.close()
  })
  answer({ id: 0, ...standing() })

  const serve = (request: Request) => {
    switch (request.call) {
      case 'append':
        time = request.now
        return { rows: lineage.serve((book) => book.append(request.drafts, time, request.mono)) }
      case 'waiting':
        return { rows: lineage.serve((book) => book.waiting(request.range)) }
      case 'acknowledge':
        lineage.serve((book) => book.acknowledge(request.settled, request.spool))
        return nothing
      case 'linked':
        lineage.book.linked(request.stands)
        return nothing
      case 'close':
        lineage.close()
        return nothing
      case 'reopen':
        return { reopening: lineage.serve((book) => book.reopen(request.spool, request.ranges)) }
    }
  }
} catch (error) {
  answer({ id: 0, error: plain(error) })
  port.close()
}

function plain(error: unknown): { message: string; code?: string } {
  return error instanceof CivitalsError
    ? { message: error.message, code: error.code }
    : { message: inPlainWords(error) }
}

// Payloads change hands without a copy; each owns its buffer, as both SQLite and the encoder make them.
function transfers(message: Answer): ArrayBuffer[] {
  if (!('rows' in message)) return []
  return message.rows
    .filter(({ payload }) => payload.byteLength === payload.buffer.byteLength)
    .map(({ payload }) => payload.buffer as ArrayBuffer)
}

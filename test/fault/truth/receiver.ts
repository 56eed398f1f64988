// Whoever receives webhooks: notes each message by its id, and fails now and then, as receivers do.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ending } from '../../stage/process.ts'

export interface Received {
  readonly id: string
  readonly type: string
  /** The alarm or order it tells of. */
  readonly about: string
  /** Of the alarm it tells of. */
  readonly rule?: string
}

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
}

const failsEvery = 7

export async function openReceiver(ending: Ending): Promise<Receiver> {
  const received: Received[] = []
  let requests = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { type, data } = JSON.parse(body) as {
        type: string
        data: Record<string, { id?: string; rule?: string } | undefined>
      }
      const about = data.alarm?.id ?? data.order?.id ?? data.case?.id ?? ''
      const rule = data.alarm?.rule
      received.push({ id: String(request.headers['webhook-id']), type, about, ...(rule !== undefined && { rule }) })
      // Taken, and the answer says otherwise: it comes again under the same id.
      response.writeHead(++requests % failsEvery === 0 ? 500 : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ending.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}

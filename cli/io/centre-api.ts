import { CivitalsError } from '@civitals/contracts/errors'
import type { Option } from '../command.ts'

/** The option every command takes that asks a running centre. */
export const centreOption: Option = { value: 'URL', help: 'where the centre answers', default: 'http://127.0.0.1:8080' }

const patienceMs = 30_000

/**
 * Asks a running centre's API (`path` below /api/v1) and returns its JSON; with a body it is a POST.
 * @throws CIV_CLI_CENTRE_AWAY when nobody answers there, CIV_CLI_CENTRE_REFUSED with what the centre says.
 */
export async function askCentre<Reply>(centre: string, path: string, body?: object): Promise<Reply> {
  const request = {
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  }
  let response: Response
  let text: string
  try {
    response = await fetch(new URL(`/api/v1${path}`, centre), request)
    text = await response.text()
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_CENTRE_AWAY', `no centre answers at ${centre}; name it with --centre`, { cause })
  }
  const reply = jsonOf(text)
  if (!response.ok) throw new CivitalsError('CIV_CLI_CENTRE_REFUSED', problemText(reply) ?? `answer ${response.status}`)
  if (reply === undefined) throw new CivitalsError('CIV_CLI_CENTRE_AWAY', `what answers at ${centre} is no centre`)
  return reply as Reply
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What an RFC 9457 problem says. */
function problemText(reply: unknown): string | undefined {
  const { title, detail } = (reply ?? {}) as { title?: unknown; detail?: unknown }
  const said = [title, detail].filter((part) => typeof part === 'string')
  return said.length > 0 ? said.join(': ') : undefined
}

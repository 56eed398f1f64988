import { text } from 'node:stream/consumers'
import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import { decodeFrame, type FrameProtocol, frameProtocols, isFrameProtocol } from '@civitals/firmware-bridge/decode'
import { type Arguments, exitCodes } from '../command.ts'

/** `civitals decode PROTOCOL FRAME`: what the frame means as JSON; exit code 1 when it is no good frame. */
export async function decode(args: Arguments): Promise<number> {
  const [name, ...parts] = args.positionals
  const explained = await decodeFrame(protocolOf(name), await frameOf(parts))
  const pretty = process.stdout.isTTY && !args.options.json
  process.stdout.write(`${JSON.stringify(explained, undefined, pretty ? 2 : undefined)}\n`)
  return explained.valid ? exitCodes.done : exitCodes.invalid
}

function protocolOf(name: string | undefined): FrameProtocol {
  if (name !== undefined && isFrameProtocol(name)) return name
  const near = nearest(name ?? '', frameProtocols)
  const hint = near ? `; did you mean ${near}?` : ''
  throw new CivitalsError('CIV_CLI_USAGE', `no protocol ${name ?? ''}${hint} (known: ${frameProtocols.join(', ')})`)
}

/** Bytes written apart are several arguments to the shell and one frame to us. */
async function frameOf(parts: readonly string[]): Promise<string> {
  const named = parts.length > 0 && parts[0] !== '-'
  if (named) return parts.join(' ')
  if (parts.length > 0 || !process.stdin.isTTY) return await text(process.stdin)
  throw new CivitalsError('CIV_CLI_USAGE', 'no frame; give it as text or hexadecimal digits, or on standard input')
}

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import type { City } from '@civitals/contracts/registry'
import { completeSecrets, type Secrets } from '../demo/secrets.ts'

/** Text of a file a person named; missing or unreadable is an error in one line. */
export async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_FILE', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Bytes of a file a person named, of at most so many. */
export async function readBytes(file: string, most: number): Promise<Uint8Array> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new CivitalsError('CIV_CLI_FILE', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  })
  if (!found.isFile()) throw new CivitalsError('CIV_CLI_FILE', `${file} is no file`)
  if (found.size > most) throw new CivitalsError('CIV_CLI_FILE', `${file} is larger than ${most / 1e6} MB`)
  return await readFile(file)
}

/** Whether something stands at a path already. */
export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** Writes a file whole or not at all; its folder is made. */
export async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.draft`
  await writeFile(draft, text, { mode })
  await rename(draft, file)
}

/**
 * The password of every gateway of a city, kept in `<data>/secrets/<gateway>.password` (readable by the owner alone); made at
 * random for gateways that have none.
 */
export async function gatewaySecrets(data: string, city: City): Promise<Secrets> {
  const folder = join(data, 'secrets')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = (await readdir(folder)).filter((name) => name.endsWith('.password'))
  const existing: Record<string, string> = {}
  for (const name of files) {
    existing[name.slice(0, -'.password'.length)] = (await readFile(join(folder, name), 'utf8')).trim()
  }
  const secrets = completeSecrets(city, existing, () => randomBytes(24).toString('base64url'))
  for (const [gateway, password] of Object.entries(secrets)) {
    if (existing[gateway] !== password) await writeWhole(join(folder, `${gateway}.password`), `${password}\n`, 0o600)
  }
  return secrets
}

import { readFile, stat } from 'node:fs/promises'
import { type Preparation, prepare } from '../../config/io/prepare.ts'
import type { GatewaySettings } from '../../config/settings.ts'
import type { ConfigurationFacts, PasswordFacts } from '../configuration.ts'

export interface Configuration {
  readonly facts: ConfigurationFacts
  readonly preparation: Preparation
  /** To log in with; undefined when there is none. */
  readonly password?: string
  /** What must not be seen in any report: passwords of the uplink and of the lines. */
  readonly secrets: readonly string[]
}

/** Reads the configuration as the gateway does at its start, and the secrets it names. */
export async function readConfiguration(file: string): Promise<Configuration> {
  const preparation = await prepare(file)
  if (!preparation.ok) return { facts: { file, problems: preparation.problems }, preparation, secrets: [] }
  const { settings, hash } = preparation.prepared
  const { lines, gateway } = settings
  const { facts: password, secret } = await passwordOf(settings.password)
  const facts: ConfigurationFacts = {
    ...{ file, problems: [], gateway, hash, password, lines: lines.length },
    terminals: lines.reduce((sum, line) => sum + line.terminals.length, 0),
  }
  const secrets = [secret, ...(await Promise.all(lineSecretFiles(settings).map(firstLineOf)))].filter(
    (one) => one !== undefined && one !== '',
  ) as string[]
  return { facts, preparation, secrets, ...(secret && { password: secret }) }
}

function lineSecretFiles({ lines }: GatewaySettings): string[] {
  return lines.flatMap(({ passwordFile, transport }) => {
    const files = [passwordFile, transport.kind === 'mqtt' ? transport.passwordFile : undefined]
    return files.filter((file) => file !== undefined)
  })
}

const firstLineOf = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').then(
    (text) => text.split('\n', 1)[0]?.trim(),
    () => undefined,
  )

async function passwordOf(
  password: GatewaySettings['password'],
): Promise<{ readonly facts: PasswordFacts; readonly secret?: string }> {
  if ('env' in password) {
    const secret = process.env[password.env]
    const facts = { from: 'environment', name: password.env } as const
    return secret ? { facts, secret } : { facts: { ...facts, trouble: 'ENOENT' } }
  }
  const facts = { from: 'file', name: password.file } as const
  try {
    const secret = (await readFile(password.file, 'utf8')).split('\n', 1)[0]?.trim() ?? ''
    if (secret === '') return { facts: { ...facts, trouble: 'empty' } }
    const { mode } = await stat(password.file)
    return { secret, facts: { ...facts, open: (mode & 0o004) !== 0 } }
  } catch (error) {
    return { facts: { ...facts, trouble: codeOf(error) } }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown'

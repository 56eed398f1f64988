import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Preparation, prepare } from '../../config/io/prepare.ts'
import type { GatewaySettings } from '../../config/settings.ts'
import type { ConfigurationFacts, PasswordFacts } from '../configuration.ts'
import { allows, permission, type ServiceFacts } from '../service.ts'

export interface Configuration {
  readonly facts: ConfigurationFacts
  readonly preparation: Preparation
  /** To log in with; undefined when there is none. */
  readonly password?: string
  /** What must not be seen in any report: passwords of the uplink and of the lines. */
  readonly secrets: readonly string[]
}

/** Reads the configuration as the gateway does at its start, and the secrets it names. */
export async function readConfiguration(file: string, service?: ServiceFacts): Promise<Configuration> {
  const preparation = await prepare(file)
  if (!preparation.ok) return { facts: { file, problems: preparation.problems }, preparation, secrets: [] }
  const { settings, hash } = preparation.prepared
  const { lines, gateway } = settings
  const { facts: password, secret } = await passwordOf(settings.password, service)
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
  service: ServiceFacts | undefined,
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
    const [found, folder] = await Promise.all([stat(password.file), stat(dirname(password.file))])
    const open = allows(found, nobody, permission.read) && allows(folder, nobody, permission.enter)
    const closed = service && !(allows(found, service, permission.read) && allows(folder, service, permission.enter))
    return { secret, facts: { ...facts, open, ...(closed && { closedTo: service.user }) } }
  } catch (error) {
    return { facts: { ...facts, trouble: codeOf(error) } }
  }
}

/** Anybody who neither owns a file nor is of its group. */
const nobody = { uid: -1, gid: -1 }

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown'

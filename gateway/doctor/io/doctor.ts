import { doctorClientOf } from '@civitals/contracts/doctor-client'
import type { Prepared } from '../../config/io/prepare.ts'
import { askPresence } from '../../presence/io/socket.ts'
import type { BrokerFacts } from '../broker.ts'
import { examine, type Facts } from '../doctor.ts'
import type { Finding, Verdict } from '../finding.ts'
import { verdictOf } from '../finding.ts'
import type { LinkFacts } from '../link.ts'
import { redactAll } from '../secrets.ts'
import type { ServiceFacts } from '../service.ts'
import { type LoginFacts, tryLogin } from './broker-login.ts'
import { clockFacts } from './clock-facts.ts'
import { type Configuration, readConfiguration } from './configuration-facts.ts'
import { diskFacts } from './disk-facts.ts'
import { lineFacts } from './line-facts.ts'
import { linkFacts } from './link-facts.ts'
import { machineFacts } from './machine-facts.ts'
import { lockHolderOf } from './processes.ts'
import { serviceFacts } from './service-facts.ts'
import { spoolFacts, spoolFileOf } from './spool-look.ts'

export interface DoctorReport {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly facts: Facts
}

/**
 * Looks at everything a gateway of this configuration depends on, without disturbing one that runs: its spool is not opened, its lines
 * are not used, its session at the broker stays. Takes some seconds, most of them where something does not answer. Holds no secret.
 * Not to be called in the process of a gateway: closing a file gives up the locks a process has on it [fcntl(2)].
 */
export async function consultDoctor(
  configFile: string,
  onStep: (step: string) => void = () => {},
): Promise<DoctorReport> {
  onStep('configuration')
  const service = await serviceFacts()
  const configuration = await readConfiguration(configFile, service)
  const facts = await gather(configuration, service, onStep)
  const findings = examine(facts)
  return redactAll({ verdict: verdictOf(findings), findings, facts }, configuration.secrets)
}

async function gather(
  configuration: Configuration,
  service: ServiceFacts | undefined,
  onStep: (step: string) => void,
): Promise<Facts> {
  const { facts, preparation } = configuration
  const machine = machineFacts()
  if (!preparation.ok) return { configuration: facts, machine, clock: await clockFacts(undefined, undefined) }
  const { settings, hash } = preparation.prepared
  const { spoolFolder, budgetBytes } = settings
  onStep('spool and disk')
  const presence = await askPresence(spoolFolder)
  const file = await spoolFileOf(spoolFolder)
  const holder = file && (await lockHolderOf(file.file))
  const inUse = presence ?? holder
  const disk = await diskFacts(spoolFolder, budgetBytes, service)
  const spool = await spoolFacts(spoolFolder, budgetBytes, presence, holder)
  onStep('lines')
  const lines = await lineFacts(settings.lines, inUse, presence)
  onStep('link and broker')
  const { link, broker, centre } = await wayOut(
    preparation.prepared,
    configuration.password,
    presence?.uplink.connectedSince !== undefined,
  )
  onStep('clock')
  const clock = await clockFacts(presence?.status.clock, centre)
  const gateway = { now: clock.now, hash, ...(presence && { presence }), ...(holder && { holder }) }
  return { configuration: facts, machine, clock, gateway, disk, spool, lines, link, broker }
}

async function wayOut(
  { settings }: Prepared,
  password: string | undefined,
  gatewayConnected: boolean,
): Promise<{ readonly link: LinkFacts; readonly broker: BrokerFacts; readonly centre?: LoginFacts['centre'] }> {
  const { gateway, url } = settings
  const { hostname, port: written } = new URL(url)
  const [host, port] = [hostname.replace(/^\[|\]$/g, ''), Number(written || 1883)]
  const link = await linkFacts(host, port)
  const { outcome, centre } = await loginOver(link, { host, port, gateway, ...(password && { password }) })
  const broker = { gateway, clientId: doctorClientOf(gateway), url, login: outcome, gatewayConnected }
  return { link, broker, ...(centre && { centre }) }
}

async function loginOver(
  link: LinkFacts,
  { password, ...login }: { host: string; port: number; gateway: string; password?: string },
): Promise<LoginFacts> {
  if (!link.connected || 'code' in link.connected)
    return { outcome: { kind: 'not tried', why: 'its machine cannot be reached' } }
  if (password === undefined) return { outcome: { kind: 'not tried', why: 'there is no password' } }
  return await tryLogin({ ...login, password })
}

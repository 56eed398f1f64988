import { type BrokerFacts, brokerFindings } from './broker.ts'
import { type ClockFacts, clockFindings } from './clock.ts'
import { type ConfigurationFacts, configurationFindings, type MachineFacts } from './configuration.ts'
import { type DiskFacts, diskFindings } from './disk.ts'
import type { Finding } from './finding.ts'
import { type LineFacts, lineFindings } from './lines.ts'
import { type LinkFacts, linkFindings } from './link.ts'
import { type RunningFacts, runningFindings } from './running.ts'
import { type SpoolFacts, spoolFindings } from './spool.ts'

/** Everything seen of a box and its gateway. What needs a usable configuration is absent without one. */
export interface Facts {
  readonly configuration: ConfigurationFacts
  readonly machine: MachineFacts
  readonly clock: ClockFacts
  readonly gateway?: RunningFacts
  readonly disk?: DiskFacts
  readonly spool?: SpoolFacts
  readonly lines?: readonly LineFacts[]
  readonly link?: LinkFacts
  readonly broker?: BrokerFacts
}

/** What the facts mean, in the order a technician works: this box, its disk, its lines, its way out. */
export function examine(facts: Facts): Finding[] {
  const { configuration, machine, gateway, clock, disk, spool, lines = [], link, broker } = facts
  return [
    ...configurationFindings(configuration, machine),
    ...(gateway ? runningFindings(gateway) : []),
    ...clockFindings(clock),
    ...(disk ? diskFindings(disk) : []),
    ...(spool ? spoolFindings(spool) : []),
    ...lineFindings(lines, clock.now, configuration.file),
    ...(link ? linkFindings(link) : []),
    ...(broker ? brokerFindings(broker) : []),
  ]
}

import { type Finding, findingsOf } from './finding.ts'
import { plural } from './quantities.ts'

/** Where the password of the uplink should be, and whether it is. */
export interface PasswordFacts {
  readonly from: 'file' | 'environment'
  /** Path of the file, or name of the variable. */
  readonly name: string
  /** `ENOENT`, `EACCES`, ... or `empty`; absent when there is one. */
  readonly trouble?: string
  /** Anybody on this box can read the file. */
  readonly open?: boolean
  /** User of the installed service, when it may not read the file. */
  readonly closedTo?: string
}

export interface ConfigurationFacts {
  readonly file: string
  /** What makes it unusable, a line each. */
  readonly problems: readonly string[]
  readonly gateway?: string
  readonly hash?: string
  readonly lines?: number
  readonly terminals?: number
  readonly password?: PasswordFacts
}

export interface MachineFacts {
  readonly civitals: string
  readonly node: string
  readonly platform: string
  readonly kernel: string
  readonly user: string
}

const mostProblems = 5
const { ok, warning, failure } = findingsOf('configuration')

/** Whether the gateway could start with it. */
export function configurationFindings(facts: ConfigurationFacts, machine: MachineFacts): Finding[] {
  const { civitals, node, platform, kernel, user } = machine
  const box = ok(`Civitals ${civitals}, Node ${node}, ${platform}, Linux ${kernel}, as user ${user}`)
  if (facts.problems.length > 0) return [box, ...problemFindings(facts)]
  const { gateway, hash, lines = 0, terminals = 0, password } = facts
  const size = `${plural(lines, 'line')}, ${plural(terminals, 'terminal')}`
  const usable = ok(`gateway ${gateway}, ${size}, hash ${hash}: can be used`)
  return [box, terminals > 0 ? usable : noTerminals(size), ...(password ? [passwordFinding(password, gateway)] : [])]
}

const noTerminals = (size: string): Finding =>
  warning(`${size}: there is nothing to read`, 'civitals gateway scan finds what is on a line; add it under lines')

function problemFindings({ file, problems }: ConfigurationFacts): Finding[] {
  const unreadable = problems.some((problem) => /\((?:EACCES|EPERM)\)/.test(problem))
  const next = unreadable ? 'run it with sudo' : `correct it, then: civitals gateway run --config ${file} --check`
  const shown = problems.slice(0, mostProblems)
  const more = problems.length - shown.length
  return shown.map((problem, place) => {
    const last = place === shown.length - 1
    return failure(problem, last ? `${more > 0 ? `${plural(more, 'problem')} more; ` : ''}${next}` : next)
  })
}

function passwordFinding({ from, name, trouble, open, closedTo }: PasswordFacts, gateway = 'ID'): Finding {
  const copyIt = `copy secrets/${gateway}.password from the centre to it`
  if (from === 'environment')
    return trouble === undefined
      ? ok(`password in the environment variable ${name}`)
      : warning(
          `the environment variable ${name} is not set here`,
          'the service may have it: systemctl show -p Environment',
        )
  if (trouble === 'empty') return failure(`password file ${name} is empty`, copyIt)
  if (trouble !== undefined) return failure(`password file ${name} cannot be read (${trouble})`, copyIt)
  if (closedTo !== undefined) {
    const next = `sudo chgrp ${closedTo} ${name}; sudo chmod 640 ${name}`
    return failure(`password file ${name} may not be read by ${closedTo}, the user of the service`, next)
  }
  if (open) return warning(`password file ${name} can be read by everybody on this box`, `chmod 640 ${name}`)
  return ok(`password file ${name} can be read`)
}

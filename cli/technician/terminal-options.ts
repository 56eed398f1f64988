import type { Option } from '../command.ts'
import { lineOptions } from './target.ts'

/** How a technician names one terminal: by its line, unit and profile, or by its id in a gateway's configuration. */
export const terminalOptions: Readonly<Record<string, Option>> = {
  ...lineOptions,
  unit: { value: 'N', help: 'unit id of the terminal', default: '1' },
  profile: { value: 'ID', help: 'how it is read (civitals profile lint lists them)' },
  profiles: { value: 'DIR', help: 'folder of your own profiles, used beside the shipped ones' },
  config: { value: 'FILE', help: 'gateway configuration: line, unit and profile come from there' },
  terminal: { value: 'ID', help: 'which terminal of the configuration' },
}

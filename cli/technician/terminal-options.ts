import type { Option } from '../command.ts'
import { profilesOption } from './profile-option.ts'
import { lineOptions } from './target.ts'

/** How a technician names one terminal: by its line, unit and profile, or by its id in a gateway's configuration. */
export const terminalOptions: Readonly<Record<string, Option>> = {
  ...lineOptions,
  unit: { value: 'N', help: 'unit id of the terminal', default: '1' },
  profile: { value: 'ID', help: 'how it is read (civitals profile list shows them)' },
  ...profilesOption,
  config: { value: 'FILE', help: 'gateway configuration: line, unit and profile come from there' },
  terminal: { value: 'ID', help: 'which terminal of the configuration' },
}

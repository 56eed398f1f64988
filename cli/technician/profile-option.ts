import type { Option } from '../command.ts'

/** Every command that looks profiles up takes it. */
export const profilesOption: Readonly<Record<'profiles', Option>> = {
  profiles: { value: 'DIR', help: 'folder of your own profiles, used beside the shipped ones' },
}

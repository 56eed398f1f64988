/** Why a serial port could not be opened, in words for a person; `message` as the port's driver gives it. */
export function portTrouble(message: string, path: string): string {
  if (/no such file/i.test(message)) return `${path} is not there`
  if (/lock|busy/i.test(message)) return `${path} is locked: another program has it open, perhaps the gateway`
  if (/permission denied/i.test(message)) return `${path} may not be used by this user (sudo, or the group dialout)`
  return `${path} cannot be opened: ${message.replace(/^Error:? /, '').replace(`, cannot open ${path}`, '')}`
}

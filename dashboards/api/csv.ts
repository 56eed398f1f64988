/** RFC 4180 lines of objects: one column per leaf, `name.zh` for nested ones; arrays as JSON. Times stay milliseconds. */
export function csvOf(items: readonly unknown[]): string {
  const rows = items.map((item) => flatten(item))
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const lines = rows.map((row) => columns.map((column) => cell(row.get(column))).join(','))
  return `${[columns.map(cell).join(','), ...lines].join('\r\n')}\r\n`
}

function flatten(item: unknown, prefix = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return into.set(prefix || 'value', item)
  for (const [key, value] of Object.entries(item)) flatten(value, prefix === '' ? key : `${prefix}.${key}`, into)
  return into
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // A leading =, +, - or @ in text would run as a formula where the file is opened as a sheet; numbers are left alone.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

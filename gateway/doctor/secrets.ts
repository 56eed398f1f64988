// Nothing the doctor says may hold a password: its report is pasted into chats and tickets.

const hidden = '(hidden)'
/** A secret so short stands in ordinary words too; hiding those would tell it. */
const shortest = 4

/** User and password of a URL, up to the last @ of the word: a password may hold : / and @ where nobody escaped them. */
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)\S*@/gi

/** `text` without the secrets and without user and password of URLs. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text.replace(userInfo, `$1${hidden}@`)
  for (const secret of secrets) if (secret.length >= shortest) clean = clean.replaceAll(secret, hidden)
  return clean
}

/** The same for every text within a value, keys included. */
export function redactAll<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === 'string') return redact(value, secrets) as T
  if (Array.isArray(value)) return value.map((one) => redactAll(one, secrets)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => [redact(key, secrets), redactAll(one, secrets)])
  return Object.fromEntries(entries) as T
}

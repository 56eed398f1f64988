// Without the schema library: what runs on an edge box names topics and loads little else.

/** Letters, digits, `_` and `-`, 1 to 64 characters: safe in topics, paths, tags and SQL alike. */
export const idPattern = '^[A-Za-z0-9_-]{1,64}$'

const idExpression = new RegExp(idPattern)
export const isId = (text: string): boolean => idExpression.test(text)

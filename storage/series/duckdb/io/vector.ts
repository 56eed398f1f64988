/** The memory of a vector of numbers: asking for each of them costs ten times as much. */
export function itemsOf<A>(vector: object, of: abstract new (...args: never[]) => A): A {
  const items: unknown = 'items' in vector ? vector.items : undefined
  if (items instanceof of) return items
  throw new TypeError(`DuckDB answered with ${vector.constructor.name} where ${of.name} is meant`)
}

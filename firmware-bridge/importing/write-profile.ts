// A draft as the text of a profile, in the form the shipped ones have.
import type { DraftPoint } from './draft-point.ts'
import { onOneLine } from './words.ts'

/** What a profile says of itself besides its points. */
export interface ProfileHead {
  readonly id: string
  readonly kind: string
  readonly group: string
  readonly name: string
  readonly source: string
}

/** YAML of a profile; `comments` stand above it, one a line. */
export function writeProfile(head: ProfileHead, points: readonly DraftPoint[], comments: readonly string[]): string {
  const { id, kind, group, name, source } = head
  const lines = [
    ...comments.map((comment) => `# ${onOneLine(comment)}`),
    `profile: ${scalar(id)}`,
    'version: 1',
    `kind: ${scalar(kind)}`,
    `group: ${scalar(group)}`,
    'protocol: modbus',
    `name: ${nameOf({ zh: name, en: name })}`,
    `source: ${scalar(source)}`,
    'reportEvery: 60s',
    'points:',
    ...points.flatMap(pointLines),
  ]
  return `${lines.join('\n')}\n`
}

function pointLines({
  id,
  name,
  unit,
  class: pointClass,
  resolution,
  range,
  read,
  labels,
  writable,
}: DraftPoint): string[] {
  const measured = [
    `    unit: ${scalar(unit)}`,
    `    class: ${pointClass}`,
    `    resolution: ${resolution}`,
    `    range: [${range.join(', ')}]`,
  ]
  const { values, ...spec } = read
  const pairs = Object.entries(spec).map(([key, value]) => `${key}: ${value}`)
  if (values)
    pairs.push(
      `values: { ${Object.entries(values)
        .map(([raw, value]) => `'${raw}': ${value}`)
        .join(', ')} }`,
    )
  const meaning = labels.map(([raw, label]) => `${raw} ${label}`).join(', ')
  return [
    `  - id: ${scalar(id)}`,
    `    name: ${nameOf(name)}`,
    ...(pointClass === 'identity' && read.type === 'string' ? ['    class: identity'] : measured),
    ...(meaning === '' ? [] : [`    # ${onOneLine(meaning)}`]),
    `    read: { ${pairs.join(', ')} }`,
    ...(writable
      ? [
          `    # the list lets it be written; to allow it: write: { function: ${writable}, range: [${range.join(', ')}] }`,
        ]
      : []),
  ]
}

const nameOf = ({ zh, en }: { readonly zh: string; readonly en: string }): string =>
  `{ zh: ${scalar(zh)}, en: ${scalar(en)} }`

/** Plain where it can be nothing but text, quoted otherwise. */
function scalar(text: string): string {
  const written = onOneLine(text)
  const plain =
    /^[\p{L}][\p{L}\p{N}\p{M} /().;°%³²_-]*$/u.test(written) &&
    !/^(?:true|false|null|yes|no|on|off|y|n|nan|inf|infinity)$/i.test(written)
  return plain ? written : JSON.stringify(written)
}

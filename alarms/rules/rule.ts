import { PrioritySchema } from '@civitals/contracts/alarm'
import { levelAnomalies } from '@civitals/contracts/anomaly'
import { checkDocument, type Problem } from '@civitals/contracts/document'
import { Duration } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { NameSchema } from '@civitals/contracts/registry'
import { isUnitId } from '@civitals/contracts/units'
import { type Static, Type } from 'typebox'

/**
 * Which values a rule watches: one point of every terminal of a kind, the minutes until it reaches a value, one indicator in every
 * area it is computed for, one fact of every gateway, or the hours any series has been off its habits in one way.
 */
const SubjectSchema = Type.Union([
  Type.Object(
    {
      kind: Type.String(),
      point: Id('Point of the terminal kind.'),
      reaches: Type.Optional(
        Type.Object(
          { value: Type.Number(), unit: Type.String({ description: 'Unit id; must be the unit of the point.' }) },
          {
            additionalProperties: false,
            description: 'Warns ahead: the rule is on the minutes until the point reaches this value.',
          },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { indicator: Type.String({ description: 'Indicator id, e.g. RESP-01.' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { gateway: Type.Literal('boxes', { description: 'How many boxes use the id of one gateway.' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { anomaly: Type.Enum([...levelAnomalies], { description: 'The rule is on the hours it has lasted.' }) },
    { additionalProperties: false },
  ),
])

/** When the alarm condition holds, and how much must change before it is over [ISA-18.2 10.5.5: deadband and delays]. */
const ConditionSchema = Type.Object(
  {
    direction: Type.Union([Type.Literal('high'), Type.Literal('low')]),
    limit: Type.Number({ description: 'In the unit of the rule.' }),
    inclusive: Type.Optional(Type.Boolean({ description: 'The limit itself is already an alarm. Default false.' })),
    deadband: Type.Number({ minimum: 0, description: 'How far back over the limit a value must come to be normal.' }),
    onDelay: Duration('Time the condition must hold before the alarm is raised; 0s is allowed.'),
    offDelay: Duration('Time back inside the deadband before it returns.'),
  },
  { additionalProperties: false },
)

/**
 * One alarm type with its rationalisation record: without a response it would be an event, not an alarm [ISA-18.2 3.1, 6].
 * `late` says what readings that come after newer ones do: `amend` nothing but history, `report` opens an occurrence marked late;
 * see `lateOf` for what it is when left out.
 */
export const RuleSchema = Type.Object(
  {
    id: Id('Rule id, for ever.'),
    version: Type.String(),
    name: NameSchema,
    subject: SubjectSchema,
    unit: Type.String({
      description: 'Unit id; must be the unit of the point, min for a rule that warns ahead, h for one on an anomaly.',
    }),
    condition: ConditionSchema,
    priority: PrioritySchema,
    cause: NameSchema,
    consequence: NameSchema,
    response: NameSchema,
    matter: Type.Optional(Id('Row of the matter list a report is filed under; none: no case.')),
    late: Type.Optional(
      Type.Union([Type.Literal('amend'), Type.Literal('report')], {
        description: 'Default: report for priority 1, else amend.',
      }),
    ),
    source: Type.String({ description: 'Where the limit comes from: standard and clause, or "platform convention".' }),
  },
  { additionalProperties: false },
)
export type Rule = Static<typeof RuleSchema>

/** What readings that come after newer ones do: an emergency nobody saw is news even when it is over. */
export const lateOf = ({ late, priority }: Rule): 'amend' | 'report' => late ?? (priority === 1 ? 'report' : 'amend')

/** One file of rules. */
export const RuleFileSchema = Type.Object({ rules: Type.Array(RuleSchema) }, { additionalProperties: false })

export type CheckedRules =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The rules in a YAML text, or everything that is wrong with it and where. Never throws for what a person wrote. */
export function checkRules(text: string, file: string): CheckedRules {
  const checked = checkDocument(RuleFileSchema, text, file)
  if (!checked.ok) return checked
  const problems = checked.value.rules.flatMap((rule, index, all) =>
    lint(rule, all.slice(0, index)).map((message) => ({
      ...lineOf(text, rule.id),
      file,
      path: `rules.${index}`,
      message,
    })),
  )
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules: checked.value.rules }
}

function lint(rule: Rule, before: readonly Rule[]): string[] {
  const found: string[] = []
  if (before.some((other) => other.id === rule.id)) found.push(`rule ${rule.id} is defined twice`)
  if (!isUnitId(rule.unit)) found.push(`unit ${rule.unit} is not in the units registry`)
  const ahead = 'reaches' in rule.subject && rule.subject.reaches !== undefined
  if (ahead && (rule.unit !== 'min' || rule.condition.direction !== 'low'))
    found.push(`rule ${rule.id} warns ahead: its unit is min and its direction low`)
  if ('anomaly' in rule.subject && (rule.unit !== 'h' || rule.condition.direction !== 'high'))
    found.push(`rule ${rule.id} is on an anomaly: its unit is h and its direction high`)
  if (ahead && before.some(({ subject }) => JSON.stringify(subject) === JSON.stringify(rule.subject)))
    found.push(`rule ${rule.id} warns of what another rule warns of`)
  return found
}

function lineOf(text: string, id: string): { line: number; column: number } {
  const line = text.split('\n').findIndex((row) => row.includes(`id: ${id}`))
  return { line: line + 1, column: 1 }
}

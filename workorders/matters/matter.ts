import { checkDocument, type Problem } from '@civitals/contracts/document'
import { Duration } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'

/** One department that takes orders. */
export const DepartmentSchema = Type.Object(
  { id: Id('Department id.'), name: NameSchema },
  { additionalProperties: false },
)
export type Department = Static<typeof DepartmentSchema>

/** `emergency` hours run day and night; `working` hours only within office hours on working days. */
export const ClockKindSchema = Type.Union([Type.Literal('emergency'), Type.Literal('working')])
export type ClockKind = Static<typeof ClockKindSchema>

/** One row of the matter list: filing condition is the report itself, the rest is who, by when, and what closes it. */
export const MatterSchema = Type.Object(
  {
    code: Id('Matter code, for ever.'),
    name: NameSchema,
    department: Id('Who handles it.'),
    level: Type.Integer({ minimum: 1, maximum: 4, description: '1 is the most urgent.' }),
    clock: ClockKindSchema,
    accept: Duration('Until the department has opened the order.'),
    handle: Duration('Until the matter is handled.'),
    closing: NameSchema,
    merge: Type.Object(
      {
        radiusM: Type.Number({
          minimum: 0,
          description: 'Reports this near, in metres, are the same matter; 0: same site only.',
        }),
        window: Duration('How long after its opening a case takes further reports in.'),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type Matter = Static<typeof MatterSchema>

const MatterFile = Type.Object({ matters: Type.Array(MatterSchema) }, { additionalProperties: false })
const DepartmentFile = Type.Object({ departments: Type.Array(DepartmentSchema) }, { additionalProperties: false })

/** Where reports go whose matter is not on the list: nothing a city reports may be lost for want of a row. */
export const fallbackMatter = 'other'

/** The matter list, looked up by code. */
export interface MatterList {
  readonly matters: readonly Matter[]
  readonly departments: readonly Department[]
  matter(code: string): Matter | undefined
  /** The row of a code, or the row `other`. */
  matterOrOther(code: string): Matter
  department(id: string): Department
}

/** One YAML text and the file it stands in. */
export interface MatterText {
  readonly text: string
  readonly file: string
}

export type CheckedMatters =
  | { readonly ok: true; readonly list: MatterList }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The matter list of two texts, or everything that is wrong with them. Never throws for what a person wrote. */
export function checkMatters(matters: MatterText, departments: MatterText): CheckedMatters {
  const checkedMatters = checkDocument(MatterFile, matters.text, matters.file)
  const checkedDepartments = checkDocument(DepartmentFile, departments.text, departments.file)
  if (!checkedMatters.ok) return checkedMatters
  if (!checkedDepartments.ok) return checkedDepartments
  const found = lint(checkedMatters.value.matters, checkedDepartments.value.departments)
  if (found.length === 0)
    return { ok: true, list: listOf(checkedMatters.value.matters, checkedDepartments.value.departments) }
  return { ok: false, problems: found.map(({ code, message }) => problemAt(matters, code, message)) }
}

interface Finding {
  readonly code: string
  readonly message: string
}

function lint(matters: readonly Matter[], departments: readonly Department[]): Finding[] {
  const known = new Set(departments.map(({ id }) => id))
  const found = matters.flatMap(({ code, department }, index): Finding[] => [
    ...(known.has(department) ? [] : [{ code, message: `department ${department} is not in the list of departments` }]),
    ...(matters.findIndex((other) => other.code === code) < index
      ? [{ code, message: `matter ${code} is defined twice` }]
      : []),
  ])
  const complete = matters.some(({ code }) => code === fallbackMatter)
  return complete ? found : [...found, { code: fallbackMatter, message: `row ${fallbackMatter} is missing` }]
}

function problemAt({ text, file }: MatterText, code: string, message: string): Problem {
  const line = text.split('\n').findIndex((row) => row.includes(`code: ${code}`))
  return { file, line: Math.max(line, 0) + 1, column: 1, path: code, message }
}

function listOf(matters: readonly Matter[], departments: readonly Department[]): MatterList {
  const byCode = new Map(matters.map((matter) => [matter.code, matter]))
  const byId = new Map(departments.map((department) => [department.id, department]))
  const other = byCode.get(fallbackMatter) as Matter
  return {
    matters,
    departments,
    matter: (code) => byCode.get(code),
    matterOrOther: (code) => byCode.get(code) ?? other,
    department: (id) => byId.get(id) ?? { id, name: { zh: id, en: id } },
  }
}

import type { BodyResult } from '@civitals/contracts/body'
import type { Explanation } from '@civitals/contracts/explanation'

/** Why an indicator of the fixture stands where it stands: made-up inputs around its value. */
export function fixtureExplanation(body: BodyResult, id: string): Explanation | undefined {
  const system = body.systems.find(({ indicators }) => indicators.some((one) => one.id === id))
  const indicator = system?.indicators.find((one) => one.id === id)
  if (!system || !indicator) return undefined
  const { value } = indicator
  const input = (terminal: string, share: number, more: object = {}) => ({
    terminal,
    point: indicator.worst?.point ?? 'value',
    site: 'underpass',
    value: value === null ? null : value * share,
    newest: body.at - 8_000,
    readings: 5,
    coverage: 1,
    uncertain: 0,
    flags: { pass: 5, suspect: 0, fail: 0, missing: 0, revised: 0 },
    failed: 0,
    silent: false,
    before: value === null ? null : value * share * 0.4,
    ...more,
  })
  const terminal = indicator.worst?.terminal ?? 'road-water-01'
  return {
    indicator,
    area: body.area,
    at: body.at,
    recomputed: false,
    formula: {
      name: 'window-max',
      version: 1,
      says: { zh: '窗口内最大值', en: 'highest reading in the window' },
      spatial: 'worst',
    },
    definition: {
      version: 1,
      state: 'in force',
      validFrom: '2026-03-01',
      validTo: null,
      owner: { zh: '区水务主管部门', en: 'District water authority' },
      source: {
        zh: '15 cm：排水设计限值 [GB 51222、GB 50014]；27 与 40 cm：平台约定（封路惯例）',
        en: '15 cm: drainage design limit [GB 51222, GB 50014]; 27 and 40 cm: platform convention (closure practice)',
      },
      convention: true,
      standards: [{ id: 'GB 51222', validFrom: null, validTo: null }],
    },
    window: {
      from: body.at - 300_000,
      to: body.at,
      minutes: 5,
      minimum: { coverage: 0.2, sites: 0.6 },
      holdForMinutes: 60,
    },
    inputs: [
      input(terminal, 1),
      input('road-water-02', 0.3, { coverage: 0.6, readings: 3, uncertain: 1 }),
      input('road-water-03', 0.1, { newest: body.at - 900_000, readings: 0, coverage: 0, silent: true }),
    ],
    between: [
      { value: 15, score: 70 },
      { value: 27, score: 50 },
    ],
    system: {
      id: system.id,
      score: system.score,
      grade: system.grade,
      weight: 0.16,
      without: 96,
      members: system.indicators.map((one) => ({
        id: one.id,
        name: one.name,
        score: one.score,
        grade: one.grade,
        weight: one.weight,
        contribution: one.id === id ? 0.72 : 0.28 / Math.max(1, system.indicators.length - 1),
      })),
    },
    since: { at: body.at - 86_400_000, value: 0, score: 100, grade: 'A', version: 1, moved: [terminal] },
  }
}

import { Type } from 'typebox'
import { ahp, comparisonFault, criticWeights, entropyWeights } from '../formulas/weighting.ts'
import { type CalcFormula, calcFormula, keys, MatrixSchema, raggedness } from './formula.ts'

export const weightFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'ahp',
    zh: '层次分析法权重',
    en: 'weights from pairwise comparisons, with their consistency ratio',
    source: 'Saaty 1980; random index .58 .90 1.12 1.24 1.32 1.41 1.45',
    input: keys({ matrix: MatrixSchema }),
    example: {
      matrix: [
        [1, 3, 5],
        [0.3333, 1, 2],
        [0.2, 0.5, 1],
      ],
    },
    fault: ({ matrix }) => comparisonFault(matrix),
    compute: ({ matrix }) => ahp(matrix),
  }),
  calcFormula({
    name: 'entropy-weights',
    zh: '熵权法权重',
    en: 'weights of columns by entropy; a diagnostic, not a measure of importance',
    source: 'Shannon entropy weighting',
    input: keys({ matrix: MatrixSchema }),
    example: {
      matrix: [
        [30, 30, 38, 29],
        [19, 54, 86, 29],
        [19, 15, 85, 28.9],
        [68, 70, 60, 29],
      ],
    },
    fault: ({ matrix }) =>
      raggedness(matrix) ??
      (matrix.length < 2 ? 'two rows are needed to compare' : undefined) ??
      (matrix.flat().some((value) => value < 0) ? 'entropy needs numbers of at least 0' : undefined),
    compute: ({ matrix }) => ({ weights: entropyWeights(matrix) }),
  }),
  calcFormula({
    name: 'critic-weights',
    zh: 'CRITIC 权重',
    en: 'weights of columns by spread and conflict; a diagnostic, not a measure of importance',
    source: 'Diakoulaki, Mavrotas & Papayannakis 1995',
    input: keys({
      matrix: MatrixSchema,
      cost: Type.Optional(Type.Array(Type.Boolean(), { description: 'Columns that are better when lower.' })),
    }),
    example: {
      matrix: [
        [250, 16, 12],
        [200, 16, 8],
        [300, 32, 16],
        [275, 32, 8],
      ],
      cost: [true, false, false],
    },
    fault: ({ matrix, cost }) =>
      raggedness(matrix) ??
      (matrix.length < 2 ? 'two rows are needed to compare' : undefined) ??
      (cost && cost.length !== matrix[0]?.length
        ? `cost has ${cost.length} entries for ${matrix[0]?.length} columns`
        : undefined),
    compute: ({ matrix, cost }) => ({ weights: criticWeights(matrix, cost) }),
  }),
]

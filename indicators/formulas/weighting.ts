// Ways to find weights. Entropy and CRITIC reward what varies, not what matters: they would push a gas sensor that is quiet, as it should be, towards
// nothing. They are diagnostics; default weights are fixed by experts.

import { mean } from './statistics.ts'

/** Rows of numbers, all as long as the first. */
export type Matrix = readonly (readonly number[])[]

/** Random consistency index by size from 0 [Saaty 1980]. Another table in use begins .52 .89 1.11: ratios differ by up to a tenth. */
const randomIndex = [0, 0, 0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45] as const
export const largestComparison: number = randomIndex.length - 1

export interface AhpResult {
  /** Sum to 1. */
  readonly weights: readonly number[]
  readonly lambdaMax: number
  /** Consistency ratio; 0 up to two criteria, which cannot contradict each other. */
  readonly cr: number
  /** Whether the ratio is below 0.10, the limit of the method. */
  readonly consistent: boolean
}

/** Weights from pairwise comparisons: the principal eigenvector [Saaty 1980]. `matrix` is square, positive and reciprocal, at most 9 wide. */
export function ahp(matrix: Matrix): AhpResult {
  const size = matrix.length
  let weights = Array.from({ length: size }, () => 1 / size)
  for (let round = 0; round < 1000; round++) {
    const next = normalised(product(matrix, weights))
    const moved = Math.max(...next.map((weight, k) => Math.abs(weight - (weights[k] ?? 0))))
    weights = next
    if (moved < 1e-14) break
  }
  const ratios = product(matrix, weights).map((value, k) => value / (weights[k] ?? Number.NaN))
  const lambdaMax = mean(ratios)
  const cr = size <= 2 ? 0 : (lambdaMax - size) / (size - 1) / (randomIndex[size] ?? Number.NaN)
  return { weights, lambdaMax, cr, consistent: cr < 0.1 }
}

/** Why a matrix is no set of pairwise comparisons; undefined when it is one. */
export function comparisonFault(matrix: Matrix): string | undefined {
  const size = matrix.length
  if (size > largestComparison) return `${size} criteria: the random index is known up to ${largestComparison}`
  for (const [row, values] of matrix.entries()) {
    if (values.length !== size) return `row ${row} has ${values.length} numbers, ${size} are needed`
    for (const [column, value] of values.entries()) {
      const back = matrix[column]?.[row] ?? Number.NaN
      if (!(value > 0)) return `row ${row}, column ${column}: ${value} is not positive`
      if (!(Math.abs(value * back - 1) < 0.01))
        return `row ${row}, column ${column}: ${value} and ${back} are not reciprocal`
    }
  }
  return undefined
}

/** Weights by how much each column differs between the rows, by Shannon's entropy. Values are at least 0; a column of equal ones weighs nothing. */
export function entropyWeights(matrix: Matrix): number[] {
  const rows = matrix.length
  const divergences = columnsOf(matrix).map((column) => {
    const sum = column.reduce((total, value) => total + value, 0)
    if (sum === 0) return 0
    const entropy = column.reduce(
      (total, value) => (value > 0 ? total - (value / sum) * Math.log(value / sum) : total),
      0,
    )
    return Math.max(0, 1 - entropy / Math.log(rows))
  })
  return normalised(divergences)
}

/**
 * Weights by spread and by conflict with the other columns [Diakoulaki et al. 1995]. `cost` says which columns are better when lower; they are
 * turned round before columns are compared. A column without spread weighs nothing.
 */
export function criticWeights(matrix: Matrix, cost: readonly boolean[] = []): number[] {
  const columns = columnsOf(matrix).map((column, k) => scaled(column, cost[k] ?? false))
  const information = columns.map(
    (column) => deviation(column) * columns.reduce((sum, other) => sum + 1 - correlation(column, other), 0),
  )
  return normalised(information)
}

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0)
  return values.map((value) => (sum > 0 ? value / sum : 1 / values.length))
}

const product = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, k) => sum + value * (vector[k] ?? 0), 0))

const columnsOf = (matrix: Matrix): number[][] =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? Number.NaN))

function scaled(column: readonly number[], cost: boolean): number[] {
  const [low, high] = [Math.min(...column), Math.max(...column)]
  if (high === low) return column.map(() => 0)
  return column.map((value) => (cost ? high - value : value - low) / (high - low))
}

const deviation = (values: readonly number[]): number => {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1))
}

/** Pearson's; 0 where one does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, squareA, squareB] = [0, 0, 0]
  for (const [k, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[k] ?? Number.NaN) - meanB]
    both += x * y
    squareA += x * x
    squareB += y * y
  }
  return squareA === 0 || squareB === 0 ? 0 : both / Math.sqrt(squareA * squareB)
}

// What is fitted in log space: rooflines and sums of costs; which costs samples can tell apart.
import type { LogModel } from './robust-log-fit.ts';

/**
 * max(compute, memory) (+ overhead) of kernels; θ = compute rate, bandwidth, overhead.
 * @param computeAmounts 1000 FLOPs of each kernel, so that over GFLOP/s they are µs
 * @param memoryAmounts 1000 bytes of each kernel
 */
export function rooflineLogModel(
  computeAmounts: readonly number[],
  memoryAmounts: readonly number[],
  withOverhead: boolean,
): LogModel {
  return {
    parameters: withOverhead ? 3 : 2,
    size: computeAmounts.length,
    predict(i, theta, slopes) {
      const compute = (computeAmounts[i] as number) / (theta[0] as number);
      const memory = (memoryAmounts[i] as number) / (theta[1] as number);
      slopes[0] = compute >= memory ? -compute : 0;
      slopes[1] = compute >= memory ? 0 : -memory;
      if (withOverhead) slopes[2] = theta[2] as number;
      // A kernel that moves and computes nothing is left to the overhead.
      return Math.max(compute, memory, 1e-6) + (withOverhead ? (theta[2] as number) : 0);
    },
  };
}

/**
 * A sum of costs times amounts; θ = costs of the columns used.
 * @param rows amounts of each kernel
 */
export function sumLogModel(rows: readonly (readonly number[])[], used: readonly number[]): LogModel {
  return {
    parameters: used.length,
    size: rows.length,
    predict(i, theta, slopes) {
      const row = rows[i] as readonly number[];
      let sum = 0;
      for (let j = 0; j < used.length; j++) {
        const term = (theta[j] as number) * (row[used[j] as number] as number);
        slopes[j] = term;
        sum += term;
      }
      return sum;
    },
  };
}

/** Of a column's square: less is rounding, and the column a sum of those before it. */
const OWN_SHARE = 1e-6;

/**
 * The costs that samples can tell apart: no more than a quarter of them, overhead and compute first, then traffic; and
 * of amounts that are proportional in all samples (what a stride-1 pool reads and writes) only the first, so that each
 * cost that is fitted means something.
 * @param rows amounts of each kernel
 * @param times of the kernels: costs are fitted to relative errors
 */
export function usedColumns(rows: readonly (readonly number[])[], times: readonly number[]): number[] {
  const most = Math.max(2, Math.floor(rows.length / 4));
  const used: number[] = [];
  const basis: Float64Array[] = [];
  for (let column = 0; column < (rows[0]?.length ?? 0) && used.length < most; column++) {
    const own = Float64Array.from(rows, (row, i) => (row[column] as number) / (times[i] as number));
    const square = dot(own, own);
    // Twice: once alone loses digits (Gram-Schmidt with re-orthogonalization).
    for (const unit of [...basis, ...basis]) {
      const along = dot(own, unit);
      own.forEach((value, i) => {
        own[i] = value - along * (unit[i] as number);
      });
    }
    const left = dot(own, own);
    if (left <= OWN_SHARE * square) continue;
    used.push(column);
    basis.push(own.map((value) => value / Math.sqrt(left)));
  }
  return used;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

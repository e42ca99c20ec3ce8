// Solves a symmetric positive definite system.
/**
 * Solves A·x = b by Cholesky decomposition.
 * @param a symmetric positive definite, n × n, row-major; its lower triangle is overwritten
 * @throws Error if it is not positive definite
 */
export function choleskySolve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * n + column] as number;
      for (let k = 0; k < column; k++) sum -= (a[row * n + k] as number) * (a[column * n + k] as number);
      if (row !== column) a[row * n + column] = sum / (a[column * n + column] as number);
      else if (sum > 0) a[row * n + row] = Math.sqrt(sum);
      else throw new Error('the matrix is not positive definite');
    }
  }
  const x = Float64Array.from(b);
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < row; k++) x[row] = (x[row] as number) - (a[row * n + k] as number) * (x[k] as number);
    x[row] = (x[row] as number) / (a[row * n + row] as number);
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++)
      x[row] = (x[row] as number) - (a[k * n + row] as number) * (x[k] as number);
    x[row] = (x[row] as number) / (a[row * n + row] as number);
  }
  return x;
}

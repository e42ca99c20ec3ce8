/** Axes of a kernel: all but the output channels are reduced. */
export type KernelLayout = 'conv2d' | 'conv2d-transpose' | 'dense';

/**
 * Group lasso norm of each output channel's weights: (1 − l1) · √mean(w²) + l1 · mean|w|.
 * @param kernel convolution [h, w, in, out], transposed [h, w, out, in], dense [in, out], row-major
 * @param l1Fraction share of the l1 norm, 0 … 1
 */
export function groupLassoNorms(
  kernel: ArrayLike<number>,
  layout: KernelLayout,
  inputs: number,
  outputs: number,
  l1Fraction: number,
): Float64Array {
  const squares = new Float64Array(outputs);
  const sizes = new Float64Array(outputs);
  for (let i = 0; i < kernel.length; i++) {
    const output = layout === 'conv2d-transpose' ? Math.floor(i / inputs) % outputs : i % outputs;
    const value = kernel[i] as number;
    squares[output] = (squares[output] as number) + value * value;
    sizes[output] = (sizes[output] as number) + Math.abs(value);
  }
  const count = kernel.length / outputs;
  return squares.map(
    (square, output) =>
      (1 - l1Fraction) * Math.sqrt(square / count) + (l1Fraction * (sizes[output] as number)) / count,
  );
}

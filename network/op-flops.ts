// FLOPs of the ONNX operators that multiply and add, by the sizes of what they read and make.

type Sizes = readonly number[];

/** Sizes of the operands (undefined for those left out) and of the first output, at the batch. */
export interface OpSizes {
  readonly operands: readonly (Sizes | undefined)[];
  readonly output: Sizes;
  readonly int: (name: string, byDefault: number) => number;
  readonly text: (name: string) => string | undefined;
}

const count = (sizes: Sizes) => sizes.reduce((product, size) => product * size, 1);

/** Row by column: each output value is a sum over the last dimension of the first operand. */
function matrixProduct({ operands: [first = []], output }: OpSizes): number {
  return 2 * count(output) * (first.at(-1) ?? 1);
}

function gemm({ operands: [first = []], output, int }: OpSizes): number {
  return 2 * count(output) * ((int('transA', 0) === 0 ? first[1] : first[0]) ?? 1);
}

/** Filters are [outputs, inputs / groups, taps…]. */
function convolution({ operands: [, filters = []], output }: OpSizes): number {
  return 2 * count(output) * count(filters.slice(1));
}

/** Filters are [inputs, outputs / groups, taps…]; each value of the input meets all of its own. */
function transposedConvolution({ operands: [input = [], filters = []] }: OpSizes): number {
  return 2 * count(input) * count(filters.slice(1));
}

/** The sizes of the letters of an equation; those of an ellipsis are one letter more. */
export function einsumSizes(
  equation: string,
  operands: readonly Sizes[],
): { sizes: Map<string, Sizes>; output: string[] } | null {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (terms.length !== operands.length) return null;
  const letters = (term: string): string[] => term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  const sizes = new Map<string, Sizes>();
  for (const [i, term] of terms.entries()) {
    const own = operands[i] ?? [];
    const names = letters(term);
    const hidden = own.length - names.filter((name) => name !== '...').length;
    if (hidden < 0 || (hidden > 0 && !names.includes('...'))) return null;
    let at = 0;
    for (const name of names) {
      const taken = own.slice(at, at + (name === '...' ? hidden : 1));
      at += taken.length;
      const known = sizes.get(name);
      if (known === undefined || count(known) === 1) sizes.set(name, taken);
      else if (count(taken) !== 1 && taken.join() !== known.join()) return null;
    }
  }
  const all = terms.flatMap(letters);
  const once = [...new Set(all)].filter((name) => all.indexOf(name) === all.lastIndexOf(name)).sort();
  const output = right === undefined ? once : letters(right);
  return output.every((name) => sizes.has(name)) ? { sizes, output } : null;
}

/** A product of all operands for each combination of indices: 2 of a pair, as of a matrix product. */
function einsum({ operands, text }: OpSizes): number {
  const given = operands.flatMap((sizes) => (sizes === undefined ? [] : [sizes]));
  const found = einsumSizes(text('equation') ?? '', given);
  if (found === null || given.length < 2) return 0;
  const all = [...found.sizes.values()].reduce((product, sizes) => product * count(sizes), 1);
  return 2 * (given.length - 1) * all;
}

/** Weights [directions, gates · hidden, inputs] and [directions, gates · hidden, hidden], at each step and example. */
function recurrent({ operands: [input = [], weights = [], again = []] }: OpSizes): number {
  const [steps = 1, examples = 1] = input;
  return 2 * steps * examples * (count(weights) + count(again));
}

/** By operator. */
export const FLOPS: Readonly<Record<string, (sizes: OpSizes) => number>> = {
  MatMul: matrixProduct,
  FusedMatMul: matrixProduct,
  Gemm: gemm,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Einsum: einsum,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};

/** 2 per multiply-add; 0 for operators that are no sums of products. */
export function opFlops(opType: string, sizes: OpSizes): number {
  return FLOPS[opType]?.(sizes) ?? 0;
}

// Operators on constants alone, computed while reading: shapes, axes and weights that a graph works out itself.
import { axesOf, sliceRanges, spreadDims, squeezed, targetSizes, unsqueezed } from './node-dimensions.ts';
import type { NodeSite } from './node-site.ts';
import { type Constant, constant, isFloatType, valueCount } from './tensors.ts';

/** Reads nodes whose inputs are all constants: shapes that an exporter computes, weights that it prepares. */
export type ConstantReader = (site: NodeSite, inputs: readonly Constant[]) => Constant | readonly Constant[];

const isFloat = ({ values }: Constant) => values instanceof Float32Array;

function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => valueCount(dims.slice(axis + 1)));
}

/** Index into a tensor of `dims` for each element of a larger one that it is spread over. */
function spread(dims: readonly number[], over: readonly number[]): Int32Array {
  const strides = stridesOf(dims);
  const outer = stridesOf(over);
  const missing = over.length - dims.length;
  return Int32Array.from({ length: valueCount(over) }, (_, at) => {
    let index = 0;
    for (let axis = 0; axis < dims.length; axis++) {
      if (dims[axis] === 1) continue;
      const along = Math.floor(at / (outer[axis + missing] as number)) % (over[axis + missing] as number);
      index += along * (strides[axis] as number);
    }
    return index;
  });
}

function elementwise(f: (...values: number[]) => number, result?: 'float' | 'whole'): ConstantReader {
  return (_, inputs) => {
    const dims = spreadDims(inputs.map((input) => input.dims));
    const at = inputs.map((input) => spread(input.dims, dims));
    const values = Array.from({ length: valueCount(dims) }, (__, i) =>
      f(...inputs.map((input, k) => input.values[at[k]?.[i] as number] as number)),
    );
    const floats = result === undefined ? inputs.every(isFloat) : result === 'float';
    return constant(dims, floats ? values : values.map(Math.trunc), floats);
  };
}

/** Elements of a tensor by their indices, in another shape. */
function picked(source: Constant, dims: readonly number[], indexOf: (at: number) => number): Constant {
  const values = isFloat(source) ? new Float32Array(valueCount(dims)) : new Float64Array(valueCount(dims));
  for (let i = 0; i < values.length; i++) values[i] = source.values[indexOf(i)] as number;
  return { kind: 'constant', dims, values };
}

function transposed(source: Constant, order: readonly number[]): Constant {
  const dims = order.map((axis) => source.dims[axis] as number);
  const strides = stridesOf(source.dims);
  const outer = stridesOf(dims);
  return picked(source, dims, (at) =>
    order.reduce(
      (index, axis, i) =>
        index + (Math.floor(at / (outer[i] as number)) % (dims[i] as number)) * (strides[axis] as number),
      0,
    ),
  );
}

function gathered(source: Constant, indices: Constant, axis: number): Constant {
  const size = source.dims[axis] as number;
  const before = source.dims.slice(0, axis);
  const after = source.dims.slice(axis + 1);
  const inner = valueCount(after);
  const count = indices.values.length;
  return picked(source, [...before, ...indices.dims, ...after], (at) => {
    const index = indices.values[Math.floor(at / inner) % count] as number;
    const outer = Math.floor(at / (inner * count));
    return (outer * size + (index < 0 ? index + size : index)) * inner + (at % inner);
  });
}

const only = (inputs: readonly Constant[]) => inputs[0] as Constant;

function reduced(f: (values: readonly number[]) => number): ConstantReader {
  return (site, inputs) => {
    const source = only(inputs);
    const rank = source.dims.length;
    const axes = (axesOf(site) ?? source.dims.map((_, axis) => axis)).map((axis) => site.axis(axis, rank));
    const kept = source.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const groups = Array.from({ length: valueCount(kept) }, () => [] as number[]);
    const at = spread(kept, source.dims);
    source.values.forEach((value: number, i: number) => {
      groups[at[i] as number]?.push(value);
    });
    const dims = site.int('keepdims', 1) === 1 ? kept : source.dims.filter((_, axis) => !axes.includes(axis));
    return constant(dims, groups.map(f), isFloat(source));
  };
}

/** (x − zero point) · scale, of one scale or of one per index along an axis: weights that are kept as integers. */
const dequantized: ConstantReader = (site, inputs) => {
  const [source, scale, zero] = inputs as [Constant, Constant, Constant | undefined];
  const { dims } = source;
  const count = scale.values.length;
  const axis = count === 1 ? 0 : site.axis(site.int('axis', 1), dims.length);
  const inner = count === 1 ? valueCount(dims) : valueCount(dims.slice(axis + 1));
  if (count !== 1 && count !== dims[axis])
    site.unsupported(`scales of [${scale.dims}]`, 'one, or one per index along an axis');
  const values = Float32Array.from(source.values, (value, at) => {
    const index = count === 1 ? 0 : Math.floor(at / inner) % count;
    return (value - (zero?.values[index] ?? 0)) * (scale.values[index] as number);
  });
  return { kind: 'constant', dims, values };
};

export const CONSTANT_READERS: Readonly<Record<string, ConstantReader>> = {
  Identity: (_, inputs) => only(inputs),
  Dropout: (_, inputs) => only(inputs),
  Shape: (_, inputs) => constant([only(inputs).dims.length], only(inputs).dims),
  Size: (_, inputs) => constant([], [valueCount(only(inputs).dims)]),
  Cast: (site, inputs) => {
    const { dims, values } = only(inputs);
    const floats = isFloatType(site.int('to', 1));
    return constant(dims, floats ? values : values.map(Math.trunc), floats);
  },
  DequantizeLinear: dequantized,
  Add: elementwise((a, b = 0) => a + b),
  Sub: elementwise((a, b = 0) => a - b),
  Mul: elementwise((a, b = 1) => a * b),
  Div: elementwise((a, b = 1) => a / b),
  Mod: elementwise((a, b = 1) => a % b),
  Pow: elementwise((a, b = 1) => a ** b),
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  Neg: elementwise((a) => -a),
  Sqrt: elementwise(Math.sqrt),
  Reciprocal: elementwise((a) => 1 / a),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Equal: elementwise((a, b) => (a === b ? 1 : 0), 'whole'),
  Greater: elementwise((a, b = 0) => (a > b ? 1 : 0), 'whole'),
  Less: elementwise((a, b = 0) => (a < b ? 1 : 0), 'whole'),
  Not: elementwise((a) => (a === 0 ? 1 : 0), 'whole'),
  And: elementwise((a, b = 0) => (a !== 0 && b !== 0 ? 1 : 0), 'whole'),
  Or: elementwise((a, b = 0) => (a !== 0 || b !== 0 ? 1 : 0), 'whole'),
  Where: (site, inputs) => {
    const [, chosen] = inputs;
    return elementwise((a, b = 0, c = 0) => (a !== 0 ? b : c), chosen && isFloat(chosen) ? 'float' : 'whole')(
      site,
      inputs,
    );
  },
  ReduceProd: reduced((values) => values.reduce((a, b) => a * b, 1)),
  ReduceSum: reduced((values) => values.reduce((a, b) => a + b, 0)),
  ReduceMean: reduced((values) => values.reduce((a, b) => a + b, 0) / values.length),
  ReduceMin: reduced((values) => Math.min(...values)),
  ReduceMax: reduced((values) => Math.max(...values)),
  Concat: (site, inputs) => {
    const rank = only(inputs).dims.length;
    const axis = site.axis(site.int('axis', 0), rank);
    const outer = valueCount(only(inputs).dims.slice(0, axis));
    const values = Array.from({ length: outer }, (_, o) =>
      inputs.map(({ dims, values: own }) => {
        const run = valueCount(dims.slice(axis));
        return Array.from(own.subarray(o * run, (o + 1) * run));
      }),
    ).flat(2);
    const along = inputs.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
    const dims = only(inputs).dims.map((size, i) => (i === axis ? along : size));
    return constant(dims, values, isFloat(only(inputs)));
  },
  Gather: (site, inputs) => {
    const [source, indices] = inputs as [Constant, Constant];
    return gathered(source, indices, site.axis(site.int('axis', 0), source.dims.length));
  },
  Slice: (site, inputs) => {
    let source = only(inputs);
    for (const { axis, from, to, step } of sliceRanges(site, source.dims)) {
      const indices: number[] = [];
      for (
        let i = step > 0 ? from : Math.min(from, (source.dims[axis] ?? 1) - 1);
        step > 0 ? i < to : i >= to;
        i += step
      )
        indices.push(i);
      source = gathered(source, constant([indices.length], indices), axis);
    }
    return source;
  },
  Reshape: (site, inputs) => {
    const [source, target] = inputs as [Constant, Constant | undefined];
    const sizes = site.ints('shape') ?? Array.from(target?.values ?? []);
    return { ...source, dims: targetSizes(site, source.dims, sizes) };
  },
  Flatten: (site, inputs) => {
    const { dims } = only(inputs);
    const axis = site.int('axis', 1);
    return { ...only(inputs), dims: [valueCount(dims.slice(0, axis)), valueCount(dims.slice(axis))] };
  },
  Squeeze: (site, inputs) => ({
    ...only(inputs),
    dims: squeezed(site, only(inputs).dims, (size) => size === 1),
  }),
  Unsqueeze: (site, inputs) => ({ ...only(inputs), dims: unsqueezed(site, only(inputs).dims, 1) }),
  Transpose: (site, inputs) => {
    const { dims } = only(inputs);
    return transposed(only(inputs), site.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis));
  },
  Expand: (_, inputs) => {
    const [source, target] = inputs as [Constant, Constant];
    const dims = spreadDims([source.dims, Array.from(target.values)]);
    const at = spread(source.dims, dims);
    return picked(source, dims, (i) => at[i] as number);
  },
  ConstantOfShape: (site, inputs) => {
    const dims = Array.from(only(inputs).values);
    const value = site.attributeTensor('value');
    const fill = new Array<number>(valueCount(dims)).fill(value?.values[0] ?? 0);
    return constant(dims, fill, value === undefined || isFloat(value));
  },
  Range: (_, inputs) => {
    const [start = 0, limit = 0, delta = 1] = inputs.map(({ values }) => values[0] ?? 0);
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    return constant(
      [count],
      Array.from({ length: count }, (__, i) => start + i * delta),
      inputs.every(isFloat),
    );
  },
};

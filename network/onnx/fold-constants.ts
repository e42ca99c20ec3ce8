// Operators on constants alone, computed while reading: shapes, axes and weights that a graph works out itself.
import {
  type ConstantReader,
  ELEMENT_READERS,
  emptyValues,
  isFloat,
  only,
  spread,
  stridesOf,
} from './fold-elements.ts';
import { QUANTIZED_READERS, turnedQuantization } from './fold-quantized.ts';
import {
  permutation,
  sliceCount,
  sliceRanges,
  spreadDims,
  squeezed,
  targetSizes,
  unsqueezed,
} from './node-dimensions.ts';
import type { NodeSite } from './node-site.ts';
import { type Constant, constant, valueCount } from './tensors.ts';

/** The type of a constant, for another of its values. */
function typed({ dataType }: Constant): Pick<Constant, 'dataType'> {
  return dataType === undefined ? {} : { dataType };
}

/** Elements of a tensor by their indices, in another shape. */
function picked(
  site: NodeSite,
  source: Constant,
  dims: readonly number[],
  indexOf: (at: number) => number,
): Constant {
  const count = valueCount(dims);
  site.spend(count);
  const values = emptyValues(isFloat(source), count);
  for (let i = 0; i < count; i++) values[i] = source.values[indexOf(i)] as number;
  return { kind: 'constant', dims, values, ...typed(source) };
}

function transposed(site: NodeSite, source: Constant): Constant {
  const order = permutation(site, source.dims.length);
  const dims = order.map((axis) => source.dims[axis] as number);
  const strides = stridesOf(source.dims);
  const outer = stridesOf(dims);
  const turned = picked(site, source, dims, (at) =>
    order.reduce(
      (index, axis, i) =>
        index + (Math.floor(at / (outer[i] as number)) % (dims[i] as number)) * (strides[axis] as number),
      0,
    ),
  );
  return { ...turned, ...turnedQuantization(source, order) };
}

function gathered(site: NodeSite, source: Constant, indices: Constant, axis: number): Constant {
  const size = source.dims[axis] as number;
  const before = source.dims.slice(0, axis);
  const after = source.dims.slice(axis + 1);
  const inner = valueCount(after);
  const count = indices.values.length;
  const wrong = indices.values.find((index: number) => !(index >= -size && index < size));
  if (wrong !== undefined) site.fail(`index ${wrong} of ${size}`, 'one of them', 'correct the model');
  return picked(site, source, [...before, ...indices.dims, ...after], (at) => {
    const index = indices.values[Math.floor(at / inner) % count] as number;
    const along = index < 0 ? index + size : index;
    const outer = Math.floor(at / (inner * count));
    return (outer * size + along) * inner + (at % inner);
  });
}

function sliced(site: NodeSite, source: Constant): Constant {
  let result = source;
  for (const { axis, from, to, step } of sliceRanges(site, source.dims)) {
    const count = sliceCount({ from, to, step });
    site.spend(count);
    const indices = Float64Array.from({ length: count }, (_, i) => from + i * step);
    result = gathered(site, result, { kind: 'constant', dims: [count], values: indices }, axis);
  }
  return result;
}

const concatenated: ConstantReader = (site, inputs) => {
  const first = only(inputs);
  const axis = site.axis(site.int('axis', 0), first.dims.length);
  const along = inputs.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
  const dims = first.dims.map((size, i) => (i === axis ? along : size));
  const runs = inputs.map((input) => valueCount(input.dims.slice(axis)));
  const outer = valueCount(first.dims.slice(0, axis));
  const isAlike = inputs.every((input) =>
    dims.every((size, i) => i === axis || (input.dims.length === dims.length && input.dims[i] === size)),
  );
  if (!isAlike)
    site.fail('constants of several shapes', 'shapes that differ along the axis alone', 'correct the model');
  const count = valueCount(dims);
  site.spend(count);
  const values = emptyValues(isFloat(first), count);
  for (let o = 0, at = 0; at < count; o++) {
    inputs.forEach((input, k) => {
      const run = runs[k] as number;
      if (o < outer) values.set(input.values.subarray(o * run, (o + 1) * run), at);
      at += run;
    });
  }
  return { kind: 'constant', dims, values, ...typed(first) };
};

/** The same values in other dimensions, read no sooner. */
function reshapedTo(source: Constant, dims: readonly number[]): Constant {
  return {
    kind: 'constant',
    dims,
    ...typed(source),
    ...(source.type === undefined ? {} : { type: source.type }),
    get values() {
      return source.values;
    },
  };
}

/** Sizes from a tensor of them. */
function sizesIn(site: NodeSite, { values }: Constant): number[] {
  const sizes = Array.from(values);
  const wrong = sizes.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (wrong !== undefined) site.fail(`size ${wrong}`, 'sizes of at least 0', 'correct the model');
  return sizes;
}

export const CONSTANT_READERS: Readonly<Record<string, ConstantReader>> = {
  ...ELEMENT_READERS,
  ...QUANTIZED_READERS,
  Identity: (_, inputs) => only(inputs),
  Dropout: (_, inputs) => only(inputs),
  Shape: (_, inputs) => constant([only(inputs).dims.length], only(inputs).dims),
  Size: (_, inputs) => constant([], [valueCount(only(inputs).dims)]),
  Concat: concatenated,
  Gather: (site, inputs) => {
    const [source, indices] = inputs as [Constant, Constant];
    return gathered(site, source, indices, site.axis(site.int('axis', 0), source.dims.length));
  },
  Slice: (site, inputs) => sliced(site, only(inputs)),
  Reshape: (site, inputs) => {
    const [source, target] = inputs as [Constant, Constant | undefined];
    const sizes = site.ints('shape') ?? Array.from(target?.values ?? []);
    return reshapedTo(source, targetSizes(site, source.dims, sizes));
  },
  Flatten: (site, inputs) => {
    const { dims } = only(inputs);
    const axis = site.int('axis', 1);
    return reshapedTo(only(inputs), [valueCount(dims.slice(0, axis)), valueCount(dims.slice(axis))]);
  },
  Squeeze: (site, inputs) =>
    reshapedTo(
      only(inputs),
      squeezed(site, only(inputs).dims, (size) => size === 1),
    ),
  Unsqueeze: (site, inputs) => reshapedTo(only(inputs), unsqueezed(site, only(inputs).dims, 1)),
  Transpose: (site, inputs) => transposed(site, only(inputs)),
  Expand: (site, inputs) => {
    const [source, target] = inputs as [Constant, Constant];
    const shape = sizesIn(site, target);
    const dims = spreadDims([source.dims, shape]);
    if (dims === null)
      return site.fail(`[${source.dims}] spread to [${shape}]`, 'equal sizes, or 1', 'correct the model');
    return picked(site, source, dims, spread(source.dims, dims));
  },
  ConstantOfShape: (site, inputs) => {
    const dims = sizesIn(site, only(inputs));
    const value = site.attributeTensor('value');
    site.spend(valueCount(dims));
    const values = emptyValues(value === undefined || isFloat(value), valueCount(dims));
    return { kind: 'constant', dims, values: values.fill(value?.values[0] ?? 0), ...(value && typed(value)) };
  },
  Range: (site, inputs) => {
    const [start = 0, limit = 0, delta = 1] = inputs.map(({ values }) => values[0] ?? 0);
    if (!Number.isFinite(start) || !Number.isFinite(limit) || !Number.isFinite(delta) || delta === 0)
      site.fail(
        `a range from ${start} to ${limit} in steps of ${delta}`,
        'steps other than 0',
        'correct the model',
      );
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    site.spend(count);
    const values = emptyValues(inputs.every(isFloat), count);
    for (let i = 0; i < count; i++) values[i] = start + i * delta;
    return { kind: 'constant', dims: [count], values };
  },
};

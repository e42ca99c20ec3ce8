// Shapes of what ONNX operators make that pick, join, repeat or rearrange elements.
import { DATA_TYPE, type SizedTensor } from '../tensor-type.ts';
import { permutation, sliceCount, sliceRanges, spreadDims, targetSizes } from './node-dimensions.ts';
import type { OpView, ShapeRule } from './op-view.ts';
import { valueCount } from './tensors.ts';

/** The first input's type in other dimensions. */
const arranged =
  (dimsOf: (op: OpView, dims: readonly number[]) => readonly number[]): ShapeRule =>
  (op) => {
    const { dims, dataType } = op.input(0);
    return [{ dims: dimsOf(op, dims), dataType }];
  };

/** Whole numbers of an input that must be constant. */
function sizesOf(op: OpView, index: number, what: string): number[] {
  const sizes = op.site.numbers(index, what);
  return sizes ?? op.site.fail(`no ${what}`, `${what} as an input`, 'correct the model');
}

function replaced(dims: readonly number[], axis: number, size: number): number[] {
  return dims.map((own, at) => (at === axis ? size : own));
}

const concat: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const axis = site.axis(site.int('axis', 0), dims.length);
  const all = op.all();
  const isAlike = all.every(
    (other) =>
      other.dims.length === dims.length && other.dims.every((size, at) => at === axis || size === dims[at]),
  );
  if (!isAlike) {
    const shapes = all.map((other) => `[${other.dims}]`).join(', ');
    site.fail(
      `a join of ${shapes} along ${axis}`,
      'shapes that differ along the axis alone',
      'correct the model',
    );
  }
  const along = all.reduce((sum, other) => sum + (other.dims[axis] as number), 0);
  return [{ dims: replaced(dims, axis, along), dataType }];
};

const split: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const axis = site.axis(site.int('axis', 0), dims.length);
  const size = dims[axis] as number;
  const count = site.node.output.length;
  const each = Math.ceil(size / count);
  const given = site.ints('split') ?? site.numbers(1, 'sizes');
  const parts = given ?? Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
  if (parts.some((part) => part < 1) || parts.reduce((a, b) => a + b, 0) !== size || parts.length !== count)
    site.fail(`parts of [${parts}] of ${size}`, `${count} parts that share all`, 'correct the model');
  return parts.map((part): SizedTensor => ({ dims: replaced(dims, axis, part), dataType }));
};

const slice = arranged((op, dims) =>
  sliceRanges(op.site, dims).reduce<readonly number[]>(
    (before, range) => replaced(before, range.axis, sliceCount(range)),
    dims,
  ),
);

const gather = arranged((op, dims) => {
  const axis = op.site.axis(op.site.int('axis', 0), dims.length);
  return [...dims.slice(0, axis), ...op.input(1).dims, ...dims.slice(axis + 1)];
});

const gatherNd = arranged((op, dims) => {
  const indices = op.input(1).dims;
  const depth = indices.at(-1) ?? 0;
  const batches = op.site.int('batch_dims', 0);
  return [...indices.slice(0, -1), ...dims.slice(batches + depth)];
});

const expand = arranged((op, dims) => {
  const target = sizesOf(op, 1, 'a shape');
  return (
    spreadDims([dims, target]) ??
    op.site.fail(`[${dims}] spread to [${target}]`, 'equal sizes, or 1', 'correct the model')
  );
});

const tile = arranged((op, dims) => {
  const repeats = sizesOf(op, 1, 'repeats');
  return dims.map((size, axis) => size * (repeats[axis] ?? 1));
});

const pad = arranged((op, dims) => {
  const { site } = op;
  const given = site.ints('pads') ?? site.ints('paddings') ?? sizesOf(op, 1, 'pads');
  const axes = (site.numbers(3, 'axes') ?? dims.map((_, axis) => axis)).map((axis) =>
    site.axis(axis, dims.length),
  );
  return dims.map((size, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? size : size + (given[at] ?? 0) + (given[at + axes.length] ?? 0);
  });
});

const flatten = arranged((op, dims) => {
  const axis = op.site.int('axis', 1);
  const at = axis === dims.length ? axis : op.site.axis(axis, dims.length);
  return [valueCount(dims.slice(0, at)), valueCount(dims.slice(at))];
});

/** A new dimension of so many places. */
const oneHot: ShapeRule = (op) => {
  const { dims } = op.input(0);
  const [depth = 1] = sizesOf(op, 1, 'a depth');
  const axis = op.site.axis(op.site.int('axis', -1), dims.length + 1);
  return [{ dims: dims.toSpliced(axis, 0, depth), dataType: op.input(2).dataType }];
};

const filled: ShapeRule = (op) => {
  const value = op.site.attributeTensor('value');
  const dataType = value?.dataType ?? DATA_TYPE.float32;
  return [{ dims: sizesOf(op, 0, 'a shape'), dataType: op.floating(dataType) }];
};

/** By operator. */
export const ARRANGING_SHAPES: Readonly<Record<string, ShapeRule>> = {
  Transpose: arranged((op, dims) => permutation(op.site, dims.length).map((axis) => dims[axis] as number)),
  Reshape: arranged((op, dims) =>
    targetSizes(op.site, dims, op.site.ints('shape') ?? sizesOf(op, 1, 'a shape')),
  ),
  Flatten: flatten,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: arranged((op) => op.input(1).dims),
  GatherND: gatherNd,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  OneHot: oneHot,
  ConstantOfShape: filled,
  DepthToSpace: arranged((op, [batch = 1, channels = 1, height = 1, width = 1]) => {
    const block = op.site.int('blocksize', 1);
    return [batch, channels / block ** 2, height * block, width * block];
  }),
  SpaceToDepth: arranged((op, [batch = 1, channels = 1, height = 1, width = 1]) => {
    const block = op.site.int('blocksize', 1);
    return [batch, channels * block ** 2, height / block, width / block];
  }),
};

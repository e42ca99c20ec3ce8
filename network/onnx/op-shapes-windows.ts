// Shapes of what ONNX operators make that slide windows over any number of dimensions, pool or resize them.
import { DATA_TYPE } from '../tensor-type.ts';
import type { OpView, ShapeRule } from './op-view.ts';

/** Numbers of an attribute, one for each of so many dimensions. */
function perDimension(op: OpView, name: string, count: number, byDefault: number): number[] {
  const given = op.site.ints(name) ?? new Array<number>(count).fill(byDefault);
  if (given.length === count) return given;
  return op.site.fail(`${name} [${given}]`, `${count} numbers`, 'correct the model');
}

interface Sliding {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins, then ends. */
  readonly pads: readonly number[];
}

function slidingOf(op: OpView, window: readonly number[]): Sliding {
  const count = window.length;
  const strides = perDimension(op, 'strides', count, 1);
  const dilations = perDimension(op, 'dilations', count, 1);
  if ([...strides, ...dilations].some((step) => step < 1))
    op.site.fail(
      `strides [${strides}] and dilations [${dilations}]`,
      'numbers of at least 1',
      'correct the model',
    );
  return { window, strides, dilations, pads: perDimension(op, 'pads', 2 * count, 0) };
}

const spanOf = ({ window, dilations }: Sliding, axis: number) =>
  ((window[axis] as number) - 1) * (dilations[axis] as number) + 1;

/** Places of the windows, dimension by dimension. */
function placesOf(op: OpView, sizes: readonly number[], sliding: Sliding): number[] {
  const count = sizes.length;
  const same = op.site.text('auto_pad', 'NOTSET').startsWith('SAME');
  const round = op.site.int('ceil_mode', 0) === 0 ? Math.floor : Math.ceil;
  return sizes.map((size, axis) => {
    const stride = sliding.strides[axis] as number;
    if (same) return Math.ceil(size / stride);
    const begin = sliding.pads[axis] as number;
    const padded = size + begin + (sliding.pads[axis + count] as number);
    const places = round((padded - spanOf(sliding, axis)) / stride) + 1;
    // With ceil_mode no window begins in the padding behind.
    const begins = round === Math.ceil && (places - 1) * stride >= size + begin ? places - 1 : places;
    if (begins >= 1) return begins;
    return op.site.fail(
      `a window of ${sliding.window[axis]} on ${size}`,
      'one that fits',
      'use a larger input',
    );
  });
}

/** Filters are [outputs, inputs / groups, taps…]. */
const convolution: ShapeRule = (op) => {
  const { dims, dataType } = op.input(0);
  const filters = op.input(1).dims;
  const [batch = 1, channels = 1, ...sizes] = dims;
  const [outputs = 1, inputs = 1, ...window] = filters;
  const groups = op.site.int('group', 1);
  if (filters.length !== dims.length || inputs * groups !== channels || outputs % groups !== 0) {
    op.site.fail(
      `filters of [${filters}] in ${groups} groups on [${dims}]`,
      `filters for ${channels} channels`,
      'correct the model',
    );
  }
  return [{ dims: [batch, outputs, ...placesOf(op, sizes, slidingOf(op, window))], dataType }];
};

/** Filters are [inputs, outputs / groups, taps…]. */
const transposed: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const [batch = 1, channels = 1, ...sizes] = dims;
  const [inputs = 1, outputs = 1, ...window] = op.input(1).dims;
  if (inputs !== channels)
    site.fail(
      `filters of [${op.input(1).dims}] on [${dims}]`,
      `filters for ${channels} channels`,
      'correct the model',
    );
  const sliding = slidingOf(op, window);
  const more = perDimension(op, 'output_padding', sizes.length, 0);
  const given = site.ints('output_shape');
  const isSame = site.text('auto_pad', 'NOTSET').startsWith('SAME');
  const made = sizes.map((size, axis) => {
    const stride = sliding.strides[axis] as number;
    const own = given?.[axis + given.length - sizes.length];
    if (own !== undefined) return own;
    if (isSame) return size * stride;
    const cut = (sliding.pads[axis] as number) + (sliding.pads[axis + sizes.length] as number);
    return stride * (size - 1) + (more[axis] as number) + spanOf(sliding, axis) - cut;
  });
  return [{ dims: [batch, outputs * site.int('group', 1), ...made], dataType }];
};

const pool: ShapeRule = (op) => {
  const { dims, dataType } = op.input(0);
  const [batch = 1, channels = 1, ...sizes] = dims;
  const window = perDimension(op, 'kernel_shape', sizes.length, 1);
  const made = [batch, channels, ...placesOf(op, sizes, slidingOf(op, window))];
  return [
    { dims: made, dataType },
    { dims: made, dataType: DATA_TYPE.int64 },
  ];
};

const globalPool: ShapeRule = (op) => {
  const { dims, dataType } = op.input(0);
  return [{ dims: dims.map((size, axis) => (axis < 2 ? size : 1)), dataType }];
};

/** By sizes, or by scales rounded down; of some axes or of all. */
const resize: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const axes = (site.ints('axes') ?? dims.map((_, axis) => axis)).map((axis) => site.axis(axis, dims.length));
  if (site.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    site.unsupported('keep_aspect_ratio_policy', 'sizes that are what they say');
  const isOld = site.opset < 11;
  const sizes = isOld ? undefined : site.numbers(3, 'sizes');
  const scales = site.numbers(isOld ? 1 : 2, 'scales');
  const made = dims.map((size, axis) => {
    const at = axes.indexOf(axis);
    if (at < 0) return size;
    return sizes?.[at] ?? Math.floor(size * (scales?.[at] ?? 1));
  });
  return [{ dims: made, dataType }];
};

/** By operator. */
export const WINDOW_SHAPES: Readonly<Record<string, ShapeRule>> = {
  Conv: convolution,
  ConvTranspose: transposed,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  Resize: resize,
};

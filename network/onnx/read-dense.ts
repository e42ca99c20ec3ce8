// ONNX matrix products as dense layers or 1×1 convolutions.
import type { Value } from './draft.ts';
import type { LazyValues } from './lazy-weights.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { type Constant, valueCount } from './tensors.ts';
import { isChannels, isWhole, positionsOf, type Tensor, viewText } from './view.ts';

/** [inputs, units] from rows in ONNX's order of the features; `turned` is [units, inputs]. */
function kernelOf(
  { values }: Constant,
  [inputs, units]: readonly [number, number],
  turned: boolean,
  rows: Int32Array,
  factor: number,
): Float32Array {
  const kernel = new Float32Array(inputs * units);
  for (let input = 0; input < inputs; input++) {
    const row = rows[input] as number;
    for (let unit = 0; unit < units; unit++) {
      kernel[input * units + unit] =
        factor * (values[turned ? unit * inputs + row : row * units + unit] as number);
    }
  }
  return kernel;
}

/** A dense layer on the features of a vector, or a 1×1 convolution on those of each pixel of a map. */
function product(
  site: NodeSite,
  tensor: Tensor,
  matrix: Constant,
  turned: boolean,
  factor: number,
  bias?: LazyValues,
): Value {
  const { draft } = site;
  const [first = 0, second = 0] = matrix.dims;
  const [inputs, units] = turned ? [second, first] : [first, second];
  const weightsOf = (rows: Int32Array, order: string) => ({
    kernel: {
      length: inputs * units,
      make: () => kernelOf(matrix, [inputs, units], turned, rows, factor),
      source: { constant: matrix, arrangement: `${turned} ${factor} ${order}` },
    },
    ...(bias === undefined ? {} : { bias }),
  });
  const useBias = bias !== undefined;
  const { view } = tensor;
  if (matrix.dims.length === 2 && view.length === 2 && isWhole(view[0] ?? [], 'N', draft.batch)) {
    const flat = draft.flat(tensor, site.fail);
    const features = flat.view[1] ?? [];
    const { channels } = draft.shapeOf(flat.layer);
    if (channels === inputs && isChannels(features, channels)) {
      const weights = weightsOf(positionsOf(features, channels), JSON.stringify(features));
      return draft.tensor(site.add({ kind: 'dense', inputs: [flat.layer], units, useBias }, weights));
    }
  }
  if (matrix.dims.length === 2 && view.length === 4) {
    const { layer, order } = draft.arranged(tensor, site.fail);
    const { channels, flat } = draft.shapeOf(layer);
    if (order === 'last' && !flat && channels === inputs) {
      const rows = Int32Array.from({ length: inputs }, (_, i) => i);
      const weights = weightsOf(rows, 'in order');
      const point = { kernelSize: [1, 1], strides: [1, 1], padding: 'valid' } as const;
      const made = site.add({ kind: 'conv2d', inputs: [layer], filters: units, useBias, ...point }, weights);
      return draft.tensor(made, 'last');
    }
  }
  return site.unsupported(
    `a product of ${viewText(view)} and [${matrix.dims}]`,
    'features N×C times a matrix of constants',
  );
}

const gemm: NodeReader = (site) => {
  if (site.int('transA', 0) !== 0) site.unsupported('transA', 'features as they are');
  const turned = site.int('transB', 0) !== 0;
  const matrix = site.constant(1, 'a matrix');
  const units = matrix.dims[turned ? 0 : 1] ?? 0;
  const beta = site.float('beta', 1);
  const added = site.has(2) ? site.constant(2, 'a bias') : undefined;
  const count = added === undefined ? 1 : valueCount(added.dims);
  if (count !== units && count !== 1) site.unsupported(`a bias of ${count}`, `one of ${units}`);
  const values = (all: ArrayLike<number>) =>
    Float32Array.from({ length: units }, (_, unit) => beta * (all[all.length === 1 ? 0 : unit] as number));
  const bias =
    added === undefined
      ? undefined
      : {
          length: units,
          make: () => values(added.values),
          source: { constant: added, arrangement: `${beta}` },
        };
  return product(site, site.tensor(0), matrix, turned, site.float('alpha', 1), bias);
};

const matMul: NodeReader = (site) => product(site, site.tensor(0), site.constant(1, 'a matrix'), false, 1);

export const DENSE_READERS: Readonly<Record<string, NodeReader>> = { Gemm: gemm, MatMul: matMul };

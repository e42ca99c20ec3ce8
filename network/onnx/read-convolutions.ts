// ONNX convolutions, transposed ones included, and the pads of windows.
import type { Padding, Size2d } from '../layer.ts';
import { dilatedWindow, type PadAmounts, padAmounts, type Shape } from '../shapes.ts';
import type { Value } from './draft.ts';
import type { LazyValues } from './lazy-weights.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { type Constant, valueCount } from './tensors.ts';

export const NO_PADDING: PadAmounts = { top: 0, bottom: 0, left: 0, right: 0 };

/** A pair of numbers of an attribute: height and width. */
export function pair(site: NodeSite, name: string, byDefault: Size2d = [1, 1]): Size2d {
  const given = site.ints(name) ?? [...byDefault];
  const [height, width] = given;
  const least = name === 'output_padding' ? 0 : 1;
  if (given.length === 2 && height !== undefined && width !== undefined && Math.min(height, width) >= least)
    return [height, width];
  return site.unsupported(
    `${name} [${given}]`,
    `two numbers of at least ${least}, for height and width`,
    'correct the model',
  );
}

/** Pads of a window from `pads` or `auto_pad`, in pixels. */
export function windowPads(site: NodeSite, input: Shape, window: Size2d, strides: Size2d): PadAmounts {
  const auto = site.text('auto_pad', 'NOTSET');
  if (auto === 'VALID') return NO_PADDING;
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const { top, bottom, left, right } = padAmounts(input, window, strides, 'same');
    return auto === 'SAME_UPPER'
      ? { top, bottom, left, right }
      : { top: bottom, bottom: top, left: right, right: left };
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = site.ints('pads') ?? [];
  if (Math.min(top, left, bottom, right) < 0)
    site.unsupported(`pads [${site.ints('pads')}]`, 'pads of at least 0');
  return { top, bottom, left, right };
}

/** Pads by the name that they have in TensorFlow, if they have one. */
export function named(pads: PadAmounts, same: PadAmounts): Padding {
  const isEqual = (other: PadAmounts) =>
    pads.top === other.top &&
    pads.bottom === other.bottom &&
    pads.left === other.left &&
    pads.right === other.right;
  if (isEqual(NO_PADDING)) return 'valid';
  return isEqual(same) ? 'same' : pads;
}

/** Filters [a, b, h, w] as [h, w, b, a]. */
function channelsLast(filters: Constant): LazyValues {
  const source = { constant: filters, arrangement: 'channels last' };
  return { length: valueCount(filters.dims), make: () => moved(filters), source };
}

function moved({ dims, values }: Constant): Float32Array {
  const [first = 0, second = 0, height = 0, width = 0] = dims;
  const result = new Float32Array(values.length);
  const taps = height * width;
  for (let a = 0, at = 0; a < first; a++) {
    for (let b = 0; b < second; b++) {
      for (let tap = 0; tap < taps; tap++) result[(tap * second + b) * first + a] = values[at++] as number;
    }
  }
  return result;
}

function biasOf(site: NodeSite, index: number): { bias?: LazyValues } {
  if (!site.has(index)) return {};
  const constant = site.constant(index, 'a bias');
  const length = valueCount(constant.dims);
  return {
    bias: { length, make: () => Float32Array.from(constant.values), source: { constant, arrangement: '' } },
  };
}

function kernelOf(site: NodeSite): Constant {
  const kernel = site.constant(1, 'filters');
  const { dims } = kernel;
  if (dims.length !== 4 || dims.includes(0))
    return site.unsupported(`filters of [${dims}]`, 'filters of two dimensions');
  const said = site.ints('kernel_shape');
  if (said === undefined || said.join() === dims.slice(2).join()) return kernel;
  return site.fail(`kernel_shape [${said}] and filters of [${dims}]`, 'the same size', 'correct the model');
}

/** A convolution of a vector seen as a map of one pixel. */
function ofVector(site: NodeSite, layer: string, kernel: Constant, bias: { bias?: LazyValues }): Value {
  const { draft } = site;
  const [filters = 0, , height, width] = kernel.dims;
  if (height !== 1 || width !== 1 || site.int('group', 1) !== 1)
    site.unsupported('a window on a vector', 'filters of 1×1 on a vector');
  const made = site.add(
    { kind: 'dense', inputs: [layer], units: filters, useBias: bias.bias !== undefined },
    { kernel: channelsLast(kernel), ...bias },
  );
  const { view } = draft.tensor(made);
  return { kind: 'tensor', layer: made, view: [...view, [], []] };
}

const conv: NodeReader = (site) => {
  const { draft } = site;
  const kernel = kernelOf(site);
  const bias = biasOf(site, 2);
  const found = draft.arranged(site.tensor(0), site.fail);
  if (found.order === 'first' && draft.shapeOf(found.layer).flat)
    return ofVector(site, found.layer, kernel, bias);
  const input = site.map();
  const shape = site.shapeOf(input);
  const [filters = 0, perGroup = 0, height = 1, width = 1] = kernel.dims;
  const groups = site.int('group', 1);
  if (!(groups >= 1) || perGroup * groups !== shape.channels || filters % groups !== 0) {
    site.fail(
      `filters of [${kernel.dims}] in ${groups} groups on ${shape.channels} channels`,
      `filters for ${shape.channels} channels`,
      'correct the model',
    );
  }
  const dilations = pair(site, 'dilations');
  const strides = pair(site, 'strides');
  const window: Size2d = [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1];
  const common = {
    inputs: [input],
    kernelSize: [height, width] as const,
    strides,
    padding: named(windowPads(site, shape, window, strides), padAmounts(shape, window, strides, 'same')),
    useBias: bias.bias !== undefined,
    ...(dilations.every((dilation) => dilation === 1) ? {} : { dilations }),
  };
  const weights = { kernel: channelsLast(kernel), ...bias };
  const layer =
    groups > 1 && perGroup === 1
      ? site.add({ kind: 'depthwise-conv2d', multiplier: filters / groups, ...common }, weights)
      : site.add({ kind: 'conv2d', filters, ...common, ...(groups === 1 ? {} : { groups }) }, weights);
  return draft.tensor(layer);
};

const convTranspose: NodeReader = (site) => {
  const { draft } = site;
  const kernel = kernelOf(site);
  const input = site.map();
  const shape = site.shapeOf(input);
  const [inputs = 0, perGroup = 0, kernelHeight = 1, kernelWidth = 1] = kernel.dims;
  const strides = pair(site, 'strides');
  const groups = site.int('group', 1);
  const filters = perGroup * groups;
  if (inputs !== shape.channels || !(groups >= 1) || inputs % groups !== 0) {
    site.fail(
      `filters of [${kernel.dims}] in ${groups} groups on ${shape.channels} channels`,
      `filters for ${shape.channels} channels`,
      'correct the model',
    );
  }
  const dilations = pair(site, 'dilations');
  const isDilated = dilations.some((dilation) => dilation !== 1);
  // Pixels that a filter spans.
  const [height, width] = dilatedWindow({ kernelSize: [kernelHeight, kernelWidth], dilations });
  const extra = pair(site, 'output_padding', [0, 0]);
  const full: Size2d = [(shape.height - 1) * strides[0] + height, (shape.width - 1) * strides[1] + width];
  // What is cut off the full product of input and filter.
  let crop: PadAmounts;
  const auto = site.text('auto_pad', 'NOTSET');
  const given = site.ints('output_shape')?.slice(-2);
  if (given !== undefined || auto.startsWith('SAME')) {
    const [outputHeight = 0, outputWidth = 0] = given ?? [
      shape.height * strides[0],
      shape.width * strides[1],
    ];
    const [down, across] = [full[0] + extra[0] - outputHeight, full[1] + extra[1] - outputWidth];
    const half = auto === 'SAME_UPPER' ? Math.floor : Math.ceil;
    const [top, left] = [half(down / 2), half(across / 2)];
    crop = { top, bottom: down - top - extra[0], left, right: across - left - extra[1] };
  } else {
    const [top = 0, left = 0, bottom = 0, right = 0] = auto === 'VALID' ? [] : (site.ints('pads') ?? []);
    crop = { top, left, bottom: bottom - extra[0], right: right - extra[1] };
  }
  const output = {
    height: full[0] - crop.top - crop.bottom,
    width: full[1] - crop.left - crop.right,
  };
  const same = padAmounts(output, [height, width], strides, 'same');
  const isSame = output.height === shape.height * strides[0] && output.width === shape.width * strides[1];
  // Pixels at the bottom and right that no filter reaches are the bias alone.
  if (Math.min(crop.top, crop.left) < 0)
    site.unsupported(`pads [${Object.values(crop)}] beyond its output`, 'pads of at least 0');
  const bias = biasOf(site, 2);
  const padding = named(crop, same);
  const isValid = height >= strides[0] && width >= strides[1];
  const isNamed =
    (padding === 'same' && isSame && groups === 1 && !isDilated) || (padding === 'valid' && isValid);
  const layer = site.add(
    {
      kind: 'conv2d-transpose',
      inputs: [input],
      filters,
      kernelSize: [kernelHeight, kernelWidth],
      strides,
      padding: isNamed ? padding : crop,
      useBias: bias.bias !== undefined,
      ...(groups === 1 ? {} : { groups }),
      ...(isDilated ? { dilations } : {}),
    },
    { kernel: channelsLast(kernel), ...bias },
  );
  return draft.tensor(layer);
};

export const CONVOLUTION_READERS: Readonly<Record<string, NodeReader>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};

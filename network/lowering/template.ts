// What of a layer's kernel no width changes: its op, map sizes, filter and the name of its class.
import type { Layer, Op } from '../layer.ts';
import { isView, opClass } from '../op-work.ts';
import type { Shape } from '../shapes.ts';
import { ELEMENTWISE } from '../spread-shapes.ts';
import type { DataLayout, KernelOp, MapSize } from './kernel.ts';

/** Kernel op of each layer kind; an input runs nothing. */
const OPS: Record<Layer['kind'], KernelOp | null> = {
  input: null,
  conv2d: 'conv',
  'depthwise-conv2d': 'depthwise-conv',
  'conv2d-transpose': 'conv-transpose',
  dense: 'dense',
  'batch-norm': 'batch-norm',
  'group-norm': 'group-norm',
  'layer-norm': 'layer-norm',
  'local-response-norm': 'local-response-norm',
  activation: 'activation',
  prelu: 'prelu',
  'max-pool': 'max-pool',
  'avg-pool': 'avg-pool',
  'global-avg-pool': 'global-avg-pool',
  'channel-mean': 'channel-mean',
  'channel-max': 'channel-max',
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  minimum: 'minimum',
  maximum: 'maximum',
  'bias-add': 'bias-add',
  slice: 'slice',
  pad: 'pad',
  'border-pad': 'border-pad',
  crop: 'crop',
  upsample: 'upsample',
  resize: 'resize',
  'depth-to-space': 'depth-to-space',
  'space-to-depth': 'space-to-depth',
  'channel-shuffle': 'channel-shuffle',
  // Not in deployed networks.
  dropout: null,
  gate: null,
  concat: 'concat',
  // A view, unless the engine's layout has to be turned first.
  flatten: 'transpose',
  softmax: 'softmax',
  'arg-max': 'arg-max',
  op: 'op',
  'op-output': null,
};

/** Norms whose kernels scale and offset, where they are not taken apart. */
const NORMS: ReadonlySet<Layer['kind']> = new Set(['group-norm', 'layer-norm']);

export interface Template {
  readonly op: KernelOp;
  readonly input: MapSize;
  readonly output: MapSize;
  readonly filter: MapSize;
  readonly classes: Record<DataLayout, string>;
  /** Pixels of each input; of a join of elements, as many as have the first one's channels. */
  readonly inputAreas: readonly number[];
  readonly groups: number;
  /** Whether the layer itself has a bias. */
  readonly hasBias: boolean;
}

export const POINT: MapSize = { height: 1, width: 1 };

/** A shape without its channels, which are those of the full width. */
export function mapSize({ height, width }: Shape): MapSize {
  return { height, width };
}

function largest(shapes: readonly Shape[], first: Shape): Shape {
  return shapes.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a), first);
}

/** An operator's kernel: one class for all layouts. */
function opTemplate(layer: Op, inputs: readonly Shape[], output: Shape): Template | null {
  if (isView(layer)) return null;
  const name = opClass(layer);
  return {
    op: 'op',
    input: mapSize(inputs[0] ?? output),
    output: mapSize(output),
    filter: POINT,
    classes: { nhwc: name, nchw: name, nchwc: name },
    inputAreas: inputs.map(({ height, width }) => height * width),
    groups: 1,
    hasBias: false,
  };
}

/**
 * @param turnsFlat whether the engine's layout has to be turned before it is flattened
 * @returns null for a layer that runs no kernel
 */
export function template(
  layer: Layer,
  inputs: readonly Shape[],
  output: Shape,
  turnsFlat: boolean,
): Template | null {
  if (layer.kind === 'op') return opTemplate(layer, inputs, output);
  const op = OPS[layer.kind];
  const [input] = inputs;
  if (op === null || input === undefined) return null;
  // One pixel reads the same in either order.
  if (layer.kind === 'flatten' && (!turnsFlat || input.height * input.width === 1)) return null;
  let filter = POINT;
  let label: string = op;
  if ('kernelSize' in layer || 'poolSize' in layer) {
    const [height, width] = 'kernelSize' in layer ? layer.kernelSize : layer.poolSize;
    filter = { height, width };
    label += ` ${height}x${width}/${layer.strides.join('x')}`.replace(/(\d+)x\1$/, '$1');
  }
  return {
    op,
    // A gate before the map that it is spread over makes no other kernel than one behind it.
    input: mapSize(layer.kind === 'multiply' ? largest(inputs, input) : input),
    output: mapSize(output),
    filter,
    classes: { nhwc: `${label} nhwc`, nchw: `${label} nchw`, nchwc: `${label} nchwc` },
    inputAreas: inputs.map(({ height, width, channels }) =>
      ELEMENTWISE.has(layer.kind) ? (height * width * channels) / input.channels : height * width,
    ),
    groups: layer.kind === 'conv2d' || layer.kind === 'conv2d-transpose' ? (layer.groups ?? 1) : 1,
    hasBias: ('useBias' in layer && layer.useBias) || NORMS.has(layer.kind),
  };
}

// The one table of what each kernel op computes, reads, writes and weighs per channel.
import type { ChannelCosts, KernelOp, MapSize } from './kernel.ts';

/** What the costs of a kernel depend on beside its channel counts. */
export interface OpShape {
  readonly batch: number;
  /** Size of its first input. */
  readonly input: MapSize;
  readonly output: MapSize;
  readonly filter: MapSize;
  /** Pixels of all inputs together, each at its own size; of one example. */
  readonly inputPixels: number;
  /** Channels are joined within each of so many groups. */
  readonly groups: number;
  /** Whether a weight is added to each output channel. */
  readonly hasBias: boolean;
  /** Whether a tensor like the output is added to it: the other side of an add that it took in. */
  readonly addsTensor: boolean;
}

export interface OpCost {
  /** Whether outputs follow inputs: their channels are a fixed multiple of the inputs' and change with them alone. */
  readonly tied: boolean;
  readonly costs: (shape: OpShape) => ChannelCosts;
}

const taps = ({ filter }: OpShape) => filter.height * filter.width;
const valuesPerInput = ({ batch, inputPixels }: OpShape) => batch * inputPixels;
const valuesPerOutput = ({ batch, output }: OpShape) => batch * output.height * output.width;
const addedPerOutput = (shape: OpShape) => (shape.addsTensor ? valuesPerOutput(shape) : 0);

/** Weights join every input channel of a group to every output channel, at so many pixels. */
const product = (shape: OpShape, pixels: MapSize): ChannelCosts => ({
  groups: shape.groups,
  flopsPerPair: 2 * shape.batch * pixels.height * pixels.width * taps(shape),
  flopsPerOutput: 0,
  readPerInput: valuesPerInput(shape),
  readPerOutput: addedPerOutput(shape),
  writtenPerOutput: valuesPerOutput(shape),
  weightsPerPair: taps(shape),
  weightsPerOutput: shape.hasBias ? 1 : 0,
});

/** Each output channel is made of an input channel of its own, or of several; with weights for each or none. */
const channelwise = (shape: OpShape, weightsPerOutput = 0, flopsPerOutput = 0): ChannelCosts => ({
  groups: 1,
  flopsPerPair: 0,
  flopsPerOutput,
  readPerInput: valuesPerInput(shape),
  readPerOutput: addedPerOutput(shape),
  writtenPerOutput: valuesPerOutput(shape),
  weightsPerPair: 0,
  weightsPerOutput,
});

/** Reads what it writes, from whichever of its inputs. */
const copy = (shape: OpShape): ChannelCosts => ({
  groups: 1,
  flopsPerPair: 0,
  flopsPerOutput: 0,
  readPerInput: 0,
  readPerOutput: valuesPerOutput(shape),
  writtenPerOutput: valuesPerOutput(shape),
  weightsPerPair: 0,
  weightsPerOutput: 0,
});

const PRODUCT: OpCost = { tied: false, costs: (shape) => product(shape, shape.output) };
const CHANNELWISE: OpCost = { tied: true, costs: (shape) => channelwise(shape) };
/** One output channel of all inputs. */
const JOIN: OpCost = { tied: false, costs: (shape) => channelwise(shape) };
const COPY: OpCost = { tied: false, costs: copy };

export const OP_COSTS: Readonly<Record<KernelOp, OpCost>> = {
  conv: PRODUCT,
  dense: PRODUCT,
  // Multiplies at each pixel of its input.
  'conv-transpose': { tied: false, costs: (shape) => product(shape, shape.input) },
  'depthwise-conv': {
    tied: true,
    costs: (shape) =>
      channelwise(shape, taps(shape) + (shape.hasBias ? 1 : 0), 2 * valuesPerOutput(shape) * taps(shape)),
  },
  // Scale, offset, mean and variance.
  'batch-norm': { tied: true, costs: (shape) => channelwise(shape, 4) },
  'bias-add': { tied: true, costs: (shape) => channelwise(shape, 1) },
  scale: { tied: true, costs: (shape) => channelwise(shape, 1) },
  prelu: { tied: true, costs: (shape) => channelwise(shape, 1) },
  // Scale and offset, where the kernel itself has them.
  'group-norm': { tied: true, costs: (shape) => channelwise(shape, shape.hasBias ? 2 : 0) },
  'layer-norm': { tied: true, costs: (shape) => channelwise(shape, shape.hasBias ? 2 : 0) },
  'local-response-norm': CHANNELWISE,
  'channel-mean': JOIN,
  'channel-max': JOIN,
  'arg-max': JOIN,
  'max-pool': CHANNELWISE,
  'avg-pool': CHANNELWISE,
  'global-avg-pool': CHANNELWISE,
  activation: CHANNELWISE,
  softmax: CHANNELWISE,
  add: CHANNELWISE,
  multiply: CHANNELWISE,
  subtract: CHANNELWISE,
  divide: CHANNELWISE,
  minimum: CHANNELWISE,
  maximum: CHANNELWISE,
  pad: CHANNELWISE,
  'border-pad': CHANNELWISE,
  upsample: CHANNELWISE,
  resize: CHANNELWISE,
  'space-to-depth': CHANNELWISE,
  'depth-to-space': CHANNELWISE,
  'channel-shuffle': CHANNELWISE,
  transpose: CHANNELWISE,
  'reorder-input': CHANNELWISE,
  'reorder-output': CHANNELWISE,
  // What operators of ONNX's cost is known of each (op-work.ts); of a recorded one, what it moved.
  op: JOIN,
  quantize: CHANNELWISE,
  dequantize: CHANNELWISE,
  concat: COPY,
  slice: COPY,
  crop: COPY,
};

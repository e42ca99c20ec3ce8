// Networks of any layers in any order, as a fast-check arbitrary that shrinks: to be described, not to be run.
import fc from 'fast-check';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { ActivationFunction, Layer } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import { outputShape, type Shape } from '../../network/shapes.ts';
import * as layers from './layers.ts';

const COMMON = ['conv', 'depthwise', 'pool', 'concat', 'residual', 'projection', 'norm', 'relu'] as const;
const RARE = [
  'transposed',
  'bias-add',
  'dropout',
  'gate',
  'slice',
  'pad',
  'upsample',
  'depth-to-space',
  'excite',
] as const;

/** What to append; `pick` and `other` choose among the tensors made so far. */
const step = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constantFrom(...COMMON), weight: 3 },
    { arbitrary: fc.constantFrom(...RARE), weight: 1 },
  ),
  pick: fc.nat(99),
  other: fc.nat(99),
  filters: fc.integer({ min: 1, max: 20 }),
  kernel: fc.constantFrom(1, 3),
  stride: fc.constantFrom(1, 1, 2),
  multiplier: fc.constantFrom(1, 1, 2),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Concats of concats and larger maps would grow without bound. */
const MOST_CHANNELS = 64;
const MOST_PIXELS = 24 ** 2;

function layersOf(
  name: string,
  chosen: Step,
  shapes: ReadonlyMap<string, Shape>,
  functions: readonly ActivationFunction[],
): Layer[] {
  const { kind, other, filters, kernel, stride, multiplier } = chosen;
  // The latest tensors are picked most, so that networks grow deep.
  const tensors = [...shapes.keys()].slice(-4);
  const input = tensors[chosen.pick % tensors.length] ?? 'input';
  const { height, width, channels } = shapes.get(input) as Shape;
  const alike = [...shapes].filter(([, shape]) => shape.height === height && shape.width === width);
  const partner = alike[other % alike.length]?.[0] ?? input;
  const bias = other % 3 === 0;
  switch (kind) {
    case 'depthwise':
      return [layers.depthwise(name, input, multiplier, { stride, bias })];
    case 'pool':
      return [layers.pool(bias ? 'max-pool' : 'avg-pool', name, input, { stride })];
    case 'concat':
      return [layers.concat(name, input, partner)];
    case 'residual':
      return [
        layers.conv(`${name}/inner`, input, filters),
        layers.conv(`${name}/outer`, `${name}/inner`, channels, { kernel }),
        layers.add(name, input, `${name}/outer`),
      ];
    case 'projection':
      return [
        layers.conv(`${name}/inner`, input, filters),
        layers.conv(`${name}/outer`, `${name}/inner`, filters),
        layers.norm(`${name}/norm`, `${name}/outer`),
        layers.conv(`${name}/shortcut`, partner, filters, { bias }),
        layers.add(`${name}/sum`, `${name}/norm`, `${name}/shortcut`),
        layers.activation(name, `${name}/sum`),
      ];
    case 'norm':
      return [layers.norm(name, input)];
    case 'relu':
      return [layers.activation(name, input, functions[other % functions.length])];
    case 'transposed':
      return [{ ...layers.conv(name, input, filters, { kernel, stride, bias }), kind: 'conv2d-transpose' }];
    case 'bias-add':
    case 'gate':
      return [{ kind, name, inputs: [input] }];
    case 'dropout':
      return [{ kind, name, inputs: [input], rate: 0.5 }];
    case 'slice': {
      const from = other % channels;
      return [{ kind, name, inputs: [input], from, channels: 1 + (filters % (channels - from)) }];
    }
    case 'pad':
      return [{ kind, name, inputs: [input], padding: { top: 1, bottom: 0, left: 0, right: 1 } }];
    case 'upsample':
      return [{ kind, name, inputs: [input], factor: [2, 2], interpolation: 'nearest' }];
    case 'depth-to-space':
      return [
        layers.conv(`${name}/wide`, input, 4 * (1 + (filters % 4))),
        { kind, name, inputs: [`${name}/wide`], block: 2 },
      ];
    case 'excite':
      return [
        { ...layers.globalPool(`${name}/mean`, input), keepDims: true },
        layers.conv(`${name}/squeeze`, `${name}/mean`, filters, { bias: true }),
        layers.conv(`${name}/excite`, `${name}/squeeze`, channels, { bias: true }),
        layers.activation(`${name}/sigmoid`, `${name}/excite`, 'sigmoid'),
        { kind: 'multiply', name, inputs: [input, `${name}/sigmoid`] },
      ];
    default:
      return [layers.conv(name, input, filters, { kernel, stride, bias })];
  }
}

/**
 * Every tensor that nothing reads is pooled, and a dense layer reads them all, so that only the image and the logits
 * keep their widths.
 */
function assembled(steps: readonly Step[]): Network {
  const { made } = layersFor(steps, ['relu']);
  const read = new Set(made.flatMap((layer) => layer.inputs));
  const ends = made.filter(({ name }) => !read.has(name)).map(({ name }) => name);
  for (const end of ends) made.push(layers.globalPool(`${end}/pooled`, end));
  made.push(layers.concat('ends', ...ends.map((end) => `${end}/pooled`)), layers.dense('logits', 'ends', 5));
  return layers.network(made);
}

/** The layers of these steps, one after another. */
function layersFor(steps: readonly Step[], functions: readonly ActivationFunction[]) {
  const made: Layer[] = [layers.image(6, 3)];
  const shapes = new Map<string, Shape>([['input', { height: 6, width: 6, channels: 3, flat: false }]]);
  steps.forEach((chosen, index) => {
    for (const layer of layersOf(`layer${index}`, chosen, shapes, functions)) {
      const inputs = layer.inputs.map((name) => shapes.get(name) as Shape);
      const shape = outputShape(layer, inputs);
      if (shape.channels > MOST_CHANNELS || shape.height * shape.width > MOST_PIXELS) return;
      made.push(layer);
      shapes.set(layer.name, shape);
    }
  });
  return { made, shapes };
}

/** Small networks of every layer kind but dense layers within; most of convolutions, joins, pools and batch norms. */
export const anyNetwork: fc.Arbitrary<Network> = fc
  .array(step, { minLength: 1, maxLength: 10 })
  .map(assembled);

const FUNCTIONS: readonly ActivationFunction[] = [
  'relu',
  'relu6',
  'leaky-relu',
  'elu',
  'sigmoid',
  'hard-sigmoid',
  'tanh',
  'swish',
  'hard-swish',
  'gelu',
];
/** Channels that fill blocks of ONNX Runtime's layout, and such as do not. */
const FILTERS = [3, 4, 8, 16, 22, 24, 32];

/** To be run: of every activation, whole blocks of channels or not, any tensors being outputs. */
export const anyOutputs: fc.Arbitrary<Network> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 8 }),
    outputs: fc.array(fc.nat(99), { maxLength: 2 }),
  })
  .map(({ steps, outputs }) => {
    const widened = steps.map((each) => ({
      ...each,
      filters: FILTERS[each.filters % FILTERS.length] as number,
    }));
    const { made } = layersFor(widened, FUNCTIONS);
    const read = new Set(made.flatMap((layer) => layer.inputs));
    const computed = made.filter(({ kind }) => kind !== 'input').map(({ name }) => name);
    const ends = computed.filter((name) => !read.has(name));
    const picked = outputs.map((pick) => computed[pick % computed.length] ?? '');
    return layers.network(made, ...new Set([...ends, ...picked]));
  })
  .filter(({ layers: { length } }) => length > 1);

/** Numbers from which {@link drawnWidths} cuts the widths of any plan. */
export const widthDraws: fc.Arbitrary<number[]> = fc.array(fc.nat(9999), { minLength: 40, maxLength: 40 });

/** Widths from least to full; the groups of inputs and outputs stay full. With least 0 a fifth of the groups is 0. */
export function drawnWidths(plan: ChannelPlan, draws: readonly number[], least: 0 | 1): Int32Array {
  return Int32Array.from(plan.groups, ({ size, fixed }, index) => {
    const draw = draws[index % draws.length] ?? 0;
    if (fixed) return size;
    return least === 0 && draw % 5 === 0 ? 0 : 1 + (Math.floor(draw / 5) % size);
  });
}

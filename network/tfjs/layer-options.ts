// The options that classes of tfjs layers share, and how one that we cannot follow is refused.
import { z } from 'zod';
import { UserError } from '../../records/user-error.ts';
import type { ActivationFunction } from '../layer.ts';
import { type FlatLayer, pathOf } from './flat-topology.ts';
import { HARD_SIGMOID_SIXTH } from './keras-3.ts';
import { snakeCase } from './snake-case.ts';

const positive = z.int().positive();

/** One number stands for both directions. */
export const size2d = z.preprocess(
  (value) => (typeof value === 'number' ? [value, value] : value),
  z.tuple([positive, positive]),
);

export const count = positive;
export const flag = z.boolean();

function spelled<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (typeof value === 'string' ? snakeCase(value) : value), schema);
}

export const padding = spelled(z.enum(['same', 'valid'])).default('valid');
export const channelsLast = spelled(z.literal('channels_last')).default('channels_last');

/** What a layer does to its values at the end. */
export interface ChosenActivation {
  readonly activation: ActivationFunction | 'linear' | 'softmax' | 'log-softmax';
  readonly slope?: number;
  readonly least?: number;
  readonly most?: number;
}

/** By the name that tfjs and Keras have for them, in one spelling. */
export const ACTIVATIONS = {
  linear: { activation: 'linear' },
  relu: { activation: 'relu' },
  relu6: { activation: 'relu6' },
  elu: { activation: 'elu' },
  sigmoid: { activation: 'sigmoid' },
  tanh: { activation: 'tanh' },
  softplus: { activation: 'softplus' },
  softmax: { activation: 'softmax' },
  log_softmax: { activation: 'log-softmax' },
  selu: { activation: 'selu' },
  mish: { activation: 'mish' },
  gelu: { activation: 'gelu' },
  gelu_new: { activation: 'gelu-tanh' },
  swish: { activation: 'swish' },
  silu: { activation: 'swish' },
  hard_swish: { activation: 'hard-swish' },
  hard_silu: { activation: 'hard-swish' },
  // As a name it has the slope of tf.nn.leaky_relu, whatever the layer's is.
  leaky_relu: { activation: 'leaky-relu', slope: 0.2 },
  // That of Keras 2 and tfjs; Keras 3's is hard_sigmoid_sixth here.
  hard_sigmoid: { activation: 'hard-sigmoid', slope: 0.2 },
  [HARD_SIGMOID_SIXTH]: { activation: 'hard-sigmoid' },
} as const satisfies Readonly<Record<string, ChosenActivation>>;
type ActivationName = keyof typeof ACTIVATIONS;

export const activation = spelled(z.enum(Object.keys(ACTIVATIONS) as [ActivationName, ...ActivationName[]]))
  .default('linear')
  .transform((name): ChosenActivation => ACTIVATIONS[name]);

/** An axis; Keras writes a batch normalization's in a list. */
export const axis = z
  .preprocess((value) => (Array.isArray(value) && value.length === 1 ? value[0] : value), z.int())
  .default(-1);

/** For what tfjs computes as if it were 1, whatever it is. */
export const undilated = size2d
  .refine(
    (rate) => rate.every((step) => step === 1),
    'expected 1, since tf.layers computes it without dilation',
  )
  .optional();

export const ungrouped = z.literal(1).optional();

/** What changes neither what a layer computes nor its shape: how it is trained, named and filled. */
const NEUTRAL: ReadonlySet<string> = new Set([
  'name',
  'trainable',
  'batch_input_shape',
  'batch_size',
  'noise_shape',
  'seed',
]);
const NEUTRAL_ENDING = /_(initializer|regularizer|constraint)$/;

/** Throws: this option of the layer is none that a network can have. */
export function unsupportedOption(
  { source, className }: FlatLayer,
  option: string,
  value: unknown,
  expected: string,
): never {
  throw new UserError({
    got: `layer ${pathOf(source)} (${className}) with ${option} ${JSON.stringify(value)}`,
    expected,
    fix: 'build the layers model without it',
  });
}

/**
 * Options of a layer as its schema has them; null is a default.
 * @throws UserError naming layer, class and option where one does not fit or is unknown
 */
export function layerOptions<Shape extends z.ZodRawShape>(
  layer: FlatLayer,
  schema: z.ZodObject<Shape>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.entries(layer.options).filter(([, value]) => value !== null && value !== undefined);
  const options = Object.fromEntries(
    given.filter(
      ([option]) => option in schema.shape || !(NEUTRAL.has(option) || NEUTRAL_ENDING.test(option)),
    ),
  );
  const { dtype = 'float32' } = options;
  delete options.dtype;
  if (dtype !== 'float32') unsupportedOption(layer, 'dtype', dtype, '"float32"');
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const option = issue.keys[0] ?? '';
    const known = Object.keys(schema.shape).join(', ');
    unsupportedOption(layer, option, options[option], known === '' ? 'no options' : `only ${known}`);
  }
  const option = String(issue?.path[0]);
  const message = issue?.message ?? '';
  unsupportedOption(layer, option, options[option], message.replace(/^.*?expected /, ''));
}

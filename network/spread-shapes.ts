// The shape of what is computed element by element of several tensors, the smaller ones spread over the larger.
import { UserError } from '../records/user-error.ts';
import type { Layer } from './layer.ts';
import type { Shape } from './shape.ts';

/** Layers that compute each element of one of each of their inputs. */
export const ELEMENTWISE: ReadonlySet<Layer['kind']> = new Set([
  'add',
  'multiply',
  'subtract',
  'divide',
  'minimum',
  'maximum',
]);

/** Whether an input of one channel is used for all channels of the output. */
export function spreadsChannel(input: Shape, output: Shape): boolean {
  return input.channels === 1 && output.channels > 1;
}

function alongAxis(layer: Layer, inputs: readonly Shape[], axis: 'height' | 'width' | 'channels'): number {
  const most = Math.max(...inputs.map((input) => input[axis]));
  const odd = inputs.find((input) => input[axis] !== most && input[axis] !== 1);
  if (odd === undefined) return most;
  const isChannels = axis === 'channels';
  const sizes = ({ height, width, channels }: Shape) => (isChannels ? channels : `${height}×${width}`);
  const first = inputs.find((input) => input[axis] !== odd[axis] && input[axis] !== 1) ?? odd;
  throw new UserError({
    got: `${sizes(first)} and ${sizes(odd)} ${isChannels ? 'channels' : 'maps'} at ${layer.kind} ${layer.name}`,
    expected: isChannels ? 'equal channel counts' : 'inputs of one height and width',
    fix: isChannels ? 'give the layers before it one width' : 'correct the strides before it',
  });
}

/** @throws UserError for sizes that are neither equal nor 1 */
export function spreadShape(layer: Layer, inputs: readonly Shape[]): Shape {
  const [first] = inputs;
  if (first?.tensor !== undefined) return first;
  return {
    height: alongAxis(layer, inputs, 'height'),
    width: alongAxis(layer, inputs, 'width'),
    channels: alongAxis(layer, inputs, 'channels'),
    flat: inputs.every(({ flat }) => flat),
  };
}

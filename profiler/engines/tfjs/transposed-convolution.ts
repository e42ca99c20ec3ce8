// A transposed convolution as operations of tfjs, which has it for one group of undilated filters.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Conv2dTranspose } from '../../../network/layer.ts';
import { padAmounts, type Shape } from '../../../network/shapes.ts';
import { UserError } from '../../../records/user-error.ts';
import { explicitPadding, type Tf } from './tf-types.ts';

/**
 * Without its bias.
 * @param kernel [h, w, out / groups, in]
 * @throws UserError for dilated filters
 */
export function transposed(
  tf: Tf,
  x: tfTypes.Tensor,
  kernel: tfTypes.Tensor4D,
  layer: Conv2dTranspose,
  shape: Shape,
): tfTypes.Tensor {
  const { padding, groups = 1, strides } = layer;
  const beyond = typeof padding !== 'string' && Math.min(padding.bottom, padding.right) < 0;
  if (layer.dilations !== undefined || beyond) {
    throw new UserError({
      got: `conv2d-transpose ${layer.name} of dilated filters, or with an output beyond their reach`,
      expected: 'what tfjs computes',
      fix: 'take --engine onnxruntime',
    });
  }
  const batch = x.shape[0] as number;
  const pad =
    typeof padding === 'string' ? padding : explicitPadding(padAmounts(shape, [1, 1], [1, 1], padding));
  const made = (part: tfTypes.Tensor, filter: tfTypes.Tensor4D) =>
    tf.conv2dTranspose(
      part as tfTypes.Tensor4D,
      filter,
      [batch, shape.height, shape.width, shape.channels / groups],
      [...strides],
      pad as 'same',
    );
  if (groups === 1) return made(x, kernel);
  const filters = tf.split(kernel, groups, 3);
  return tf.concat(
    tf.split(x, groups, 3).map((part, g) => made(part, filters[g] as tfTypes.Tensor4D)),
    3,
  );
}

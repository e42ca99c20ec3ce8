// Layers that only choose and move pixels as operations of tfjs.
import type * as tfTypes from '@tensorflow/tfjs';
import type { BorderPad, Crop, Resize, SpaceToDepth } from '../../../network/layer.ts';
import { UserError } from '../../../records/user-error.ts';
import { explicitPadding, type Tf } from './tf-types.ts';

function lacking(layer: Resize | BorderPad, what: string): never {
  throw new UserError({
    got: `${layer.kind} ${layer.name} with ${what}`,
    expected: 'what tfjs computes',
    fix: 'take --engine onnxruntime',
  });
}

/** tfjs samples nearest neighbours and linearly, by corners, by centres, or from the first pixel on. */
function resized(tf: Tf, x: tfTypes.Tensor4D, layer: Resize): tfTypes.Tensor {
  const { size, scale, fit, sampling } = layer;
  const { mode, coordinates, rounding, antialias, excludesOutside } = sampling;
  if (scale !== undefined || fit !== undefined || antialias || excludesOutside || mode !== 'linear')
    return lacking(layer, `${mode} sampling as ONNX has it (${rounding})`);
  const isCorners = coordinates === 'align_corners';
  const isCentres =
    coordinates === 'half_pixel' || (coordinates === 'pytorch_half_pixel' && Math.min(...size) > 1);
  if (!isCorners && !isCentres && coordinates !== 'asymmetric')
    return lacking(layer, `${coordinates} coordinates`);
  return tf.image.resizeBilinear(x, [...size], isCorners, isCentres);
}

function stacked(tf: Tf, x: tfTypes.Tensor4D, { block }: SpaceToDepth): tfTypes.Tensor {
  const [batch, height, width, channels] = x.shape;
  const blocks = tf.reshape(x, [batch, height / block, block, width / block, block, channels]);
  const moved = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
  return tf.reshape(moved, [batch, height / block, width / block, block * block * channels]);
}

function bordered(tf: Tf, whole: tfTypes.Tensor4D, layer: BorderPad): tfTypes.Tensor {
  const { top, bottom, left, right } = layer.padding;
  const [batch, height, width, channels] = whole.shape;
  const cut = (pixels: number) => Math.max(-pixels, 0);
  const kept = [height - cut(top) - cut(bottom), width - cut(left) - cut(right)] as const;
  const x = tf.slice(whole, [0, cut(top), cut(left), 0], [batch, ...kept, channels]);
  const put = (pixels: number) => Math.max(pixels, 0);
  const pads = explicitPadding({ top: put(top), bottom: put(bottom), left: put(left), right: put(right) });
  if (layer.mode === 'constant') return tf.pad(x, pads, layer.value);
  if (layer.mode === 'reflect') return tf.mirrorPad(x, pads, 'reflect');
  return lacking(layer, 'borders that are repeated');
}

/** One of the layers of pixels that tfjs has no single operation for; NHWC. */
export function rearranged(
  tf: Tf,
  layer: BorderPad | Crop | Resize | SpaceToDepth,
  input: tfTypes.Tensor,
): tfTypes.Tensor {
  const x = input as tfTypes.Tensor4D;
  switch (layer.kind) {
    case 'border-pad':
      return bordered(tf, x, layer);
    case 'crop': {
      const { top, left, size, strides } = layer;
      const [batch, , , channels] = x.shape;
      const ends = [top + (size[0] - 1) * strides[0] + 1, left + (size[1] - 1) * strides[1] + 1] as const;
      return tf.stridedSlice(x, [0, top, left, 0], [batch, ends[0], ends[1], channels], [1, ...strides, 1]);
    }
    case 'resize':
      return resized(tf, x, layer);
    case 'space-to-depth':
      return stacked(tf, x, layer);
    default:
      return layer satisfies never;
  }
}

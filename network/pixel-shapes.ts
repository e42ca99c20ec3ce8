// Output shapes of the layers that only add, leave out, repeat or rearrange pixels.
import { UserError } from '../records/user-error.ts';
import type { BorderPad, Crop, DepthToSpace, Pad, Resize, SpaceToDepth, Upsample } from './pixel-layers.ts';
import type { Shape } from './shape.ts';

function padded({ padding }: Pad | BorderPad, input: Shape): Shape {
  const { top, bottom, left, right } = padding;
  return { ...input, height: input.height + top + bottom, width: input.width + left + right };
}

function cropped({ name, top, left, size, strides }: Crop, input: Shape): Shape {
  const [height, width] = size;
  const bottom = top + (height - 1) * strides[0];
  const right = left + (width - 1) * strides[1];
  if (
    Math.min(height, width) < 1 ||
    Math.min(top, left) < 0 ||
    bottom >= input.height ||
    right >= input.width
  ) {
    throw new UserError({
      got: `${height}×${width} pixels from ${top}, ${left} on of a ${input.height}×${input.width} map at crop ${name}`,
      expected: 'pixels that its input has',
      fix: 'correct the crop',
    });
  }
  return { ...input, height, width };
}

function spacedOut({ name, block }: DepthToSpace, input: Shape): Shape {
  const channels = input.channels / block ** 2;
  if (!Number.isInteger(channels)) {
    throw new UserError({
      got: `${input.channels} channels at depth-to-space ${name}`,
      expected: `a multiple of ${block ** 2}`,
      fix: 'correct the width before it',
    });
  }
  return { height: input.height * block, width: input.width * block, channels, flat: false };
}

function stacked({ name, block }: SpaceToDepth, input: Shape): Shape {
  const [height, width] = [input.height / block, input.width / block];
  if (!Number.isInteger(height) || !Number.isInteger(width)) {
    throw new UserError({
      got: `a ${input.height}×${input.width} map at space-to-depth ${name}`,
      expected: `a height and width that are multiples of ${block}`,
      fix: 'use another image size',
    });
  }
  return { height, width, channels: input.channels * block ** 2, flat: false };
}

export type PixelLayer = Pad | BorderPad | Crop | Upsample | Resize | DepthToSpace | SpaceToDepth;

/** @throws UserError for pixels or blocks that the input does not have */
export function pixelShape(layer: PixelLayer, input: Shape): Shape {
  switch (layer.kind) {
    case 'pad':
    case 'border-pad':
      return padded(layer, input);
    case 'crop':
      return cropped(layer, input);
    case 'upsample':
      return { ...input, height: input.height * layer.factor[0], width: input.width * layer.factor[1] };
    case 'resize':
      return { ...input, height: layer.size[0], width: layer.size[1] };
    case 'depth-to-space':
      return spacedOut(layer, input);
    case 'space-to-depth':
      return stacked(layer, input);
    default:
      return layer satisfies never;
  }
}

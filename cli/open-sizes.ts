// Sizes that a model file leaves open, as flags give them: --image HxW, --dim name=n.
import { Option } from 'commander';
import type { ImageSizes } from '../network/onnx/image-sizes.ts';
import { UserError } from '../records/user-error.ts';

/** As commander gives them, or the settings of an experiment. */
export interface SizeFlags {
  readonly image?: string | null;
  readonly dim?: readonly string[] | null;
}

const SIZE = /^([1-9]\d{0,8})x([1-9]\d{0,8})$/i;
const DIM = /^([^=]+)=([1-9]\d{0,8})$/;

/** The flags of a command about one network. */
export function sizeOptions(): [Option, Option] {
  return [
    new Option('--image <HxW>', 'height and width of images, where the file leaves them open'),
    new Option('--dim <name=n...>', 'sizes of named dimensions that the file leaves open'),
  ];
}

/**
 * What `--image 640x480 --dim seq=128` say; nothing without them.
 * @throws UserError for anything else than whole numbers above 0
 */
export function sizesFrom({ image, dim }: SizeFlags): ImageSizes {
  const size = image === null || image === undefined ? undefined : SIZE.exec(image);
  if (size === null) {
    throw new UserError({
      got: `--image ${image}`,
      expected: 'height and width in pixels, such as 640x480',
      fix: 'correct the flag',
    });
  }
  const dims = (dim ?? []).map((text): [string, number] => {
    const [, name, value] = DIM.exec(text) ?? [];
    if (name !== undefined) return [name, Number(value)];
    throw new UserError({
      got: `--dim ${text}`,
      expected: 'a name and a whole number above 0, such as seq=128',
      fix: 'correct the flag',
    });
  });
  return {
    ...(size === undefined ? {} : { image: [Number(size[1]), Number(size[2])] as const }),
    ...(dims.length === 0 ? {} : { dims: Object.fromEntries(dims) }),
  };
}

// Sizes of images that a file leaves open, by the flags that give them.
import { UserError } from '../../records/user-error.ts';
import type { Size2d } from '../layer.ts';
import type { OnnxModel } from './model.ts';

/** What a file leaves open. */
export interface ImageSizes {
  /** [height, width] of images whose own is open. */
  readonly image?: Size2d;
  /** Sizes of dimensions that have a name. */
  readonly dims?: Readonly<Record<string, number>>;
}

type Sizes = readonly (number | string)[];

/** As messages show them. */
export function inWords(sizes: Sizes | null): string {
  return sizes === null ? 'unknown shape' : `[${sizes.join(', ')}]`;
}

/** Flags that give the sizes that are open, such as `--image 640x640, or --dim h=640 --dim w=640`. */
function flagsFor(sizes: Sizes, isPixels: boolean): string {
  const named = sizes.filter((size) => typeof size === 'string' && size !== '?');
  const dims = named.map((name) => `--dim ${name}=${isPixels ? 224 : 3}`).join(' ');
  if (!isPixels) return dims === '' ? 'export the model with a fixed number of channels' : `add ${dims}`;
  return `add --image 224x224${named.length === sizes.length ? `, or ${dims},` : ''} with the size to cost and measure`;
}

/**
 * The sizes of an image input.
 * @param last whether its channels are its last dimension
 * @returns batch, or null where it is open; height, width and channels
 * @throws UserError in one line that says which flag gives a size that is open, or that a size given is another
 */
export function resolvedSizes(
  label: string,
  { name, sizes }: { readonly name: string; readonly sizes: Sizes },
  last: boolean,
  { image, dims = {} }: ImageSizes,
): [batch: number | null, height: number, width: number, channels: number] {
  const known = sizes.map((size) => (typeof size === 'number' ? size : (dims[size] ?? size)));
  const [batch = '?', a = '?', b = '?', c = '?'] = known;
  const [height, width, channels] = last ? [a, b, c] : [b, c, a];
  const fail = (expected: string, fix: string): never => {
    throw new UserError({ got: `${label} with input '${name}' of ${inWords(sizes)}`, expected, fix });
  };
  if (typeof channels !== 'number') return fail('a known number of channels', flagsFor([channels], false));
  const pixels = [height, width].map((size, i) => (typeof size === 'number' ? size : image?.[i]));
  const [rows, columns] = pixels;
  if (rows === undefined || columns === undefined)
    return fail(
      'a known height and width',
      flagsFor(
        [height, width].filter((size) => typeof size !== 'number'),
        true,
      ),
    );
  if (image !== undefined && (image[0] !== rows || image[1] !== columns))
    return fail(`--image ${rows}x${columns}, the size that it has`, 'leave --image out');
  return [typeof batch === 'number' ? batch : null, rows, columns, channels];
}

/** @throws UserError for a named dimension that no input has */
export function checkDims(
  { inputs }: Pick<OnnxModel, 'inputs'>,
  { dims = {} }: ImageSizes,
  label: string,
): void {
  const names = new Set(
    inputs.flatMap(({ sizes }) => sizes ?? []).filter((size) => typeof size === 'string'),
  );
  names.delete('?');
  const unknown = Object.keys(dims).find((name) => !names.has(name));
  if (unknown === undefined) return;
  throw new UserError({
    got: `--dim ${unknown}=${dims[unknown]} for ${label}`,
    expected: names.size === 0 ? 'none: no dimension has a name' : `one of ${[...names].join(', ')}`,
    fix: 'correct the flag, or leave it out',
  });
}

/** The open sizes as given, as a network's name shows them: results are told apart by them. */
export function givenSizes(inputs: OnnxModel['inputs'], { image, dims = {} }: ImageSizes): string {
  const isOpen = inputs.some(({ sizes }) => sizes?.slice(1).some((size) => typeof size === 'string'));
  if (!isOpen) return '';
  const pixels = image === undefined ? '' : `-${image[0]}x${image[1]}`;
  const named = Object.entries(dims).map(([name, size]) => `-${name.replace(/[^\w.]/g, '_')}${size}`);
  return `${pixels}${named.join('')}`;
}

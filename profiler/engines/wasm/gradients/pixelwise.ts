// Functions that treat the channels of every pixel alike, assembled from their body four lanes at a time.
import { type Code, f32, f32x4, i32, type Lanes, type Local, repeat, valueType } from './assembler.ts';
import { floatBytes, type Microkernel, microkernel } from './heap.ts';

/**
 * Arguments of a pixelwise function: how many rows, pixels per row and channels; and for each operand the
 * address of its first pixel and the bytes from one of its rows and pixels to the next, 0 if it is the same
 * for all.
 */
export type PixelwiseParameter<Operand extends string> =
  | 'rows'
  | 'pixels'
  | 'channels'
  | Operand
  | `${Operand}Row`
  | `${Operand}Pixel`;

/**
 * Computes on the channels at the given addresses, one lane or several at once; `local` makes locals of
 * those.
 */
export type ChannelBody<Operand extends string> = (
  lanes: Lanes,
  address: Readonly<Record<Operand, Code>>,
  local: () => Local,
) => Code;

/**
 * A function that treats the channels of `rows` × `pixels` pixels alike: `body` runs over the channels of the
 * corresponding pixels of all operands, four at a time and then one at a time.
 */
export function pixelwise<Operand extends string>(
  operands: readonly Operand[],
  body: ChannelBody<Operand>,
): Microkernel<PixelwiseParameter<Operand>> {
  const strides = operands.flatMap((operand) => [`${operand}Row`, `${operand}Pixel`] as const);
  const names: readonly PixelwiseParameter<Operand>[] = [
    'rows',
    'pixels',
    'channels',
    ...operands,
    ...strides,
  ];
  return microkernel(names, ({ parameters: given, local }) => {
    const pointer = () => local(valueType.i32);
    const pointers = operands.map((operand) => ({ operand, row: given[operand], pixel: pointer() }));
    const channelOffset = pointer();
    const addresses = Object.fromEntries(
      pointers.map(({ operand, pixel }) => [operand, i32.add(pixel.get, channelOffset.get)]),
    ) as Record<Operand, Code>;
    const eachChannel = (lanes: Lanes, times: Code) =>
      repeat(pointer(), times, [
        ...body(lanes, addresses, () => local(lanes.type)),
        ...channelOffset.advance(i32.constant(lanes.count * floatBytes)),
      ]);
    const advance = (moved: Local, stride: Local) => moved.advance(stride.get);
    const onePixel = [
      ...channelOffset.set(i32.constant(0)),
      ...eachChannel(f32x4, i32.shiftRight(given.channels.get, i32.constant(2))),
      ...eachChannel(f32, i32.and(given.channels.get, i32.constant(3))),
      ...pointers.flatMap(({ operand, pixel }) => advance(pixel, given[`${operand}Pixel`])),
    ];
    const oneRow = [
      ...pointers.flatMap(({ row, pixel }) => pixel.set(row.get)),
      ...repeat(pointer(), given.pixels.get, onePixel),
      ...pointers.flatMap(({ operand, row }) => advance(row, given[`${operand}Row`])),
    ];
    return repeat(pointer(), given.rows.get, oneRow);
  });
}

/** to = from */
export const copyChannels = pixelwise(['from', 'to'], (lanes, { from, to }) =>
  lanes.store(to, lanes.load(from)),
);

/** sum += left·right */
export const addProducts = pixelwise(['sum', 'left', 'right'], (lanes, { sum, left, right }) =>
  lanes.store(sum, lanes.add(lanes.load(sum), lanes.multiply(lanes.load(left), lanes.load(right)))),
);

/** Where x is y, the maximum of its window, dx receives dy, and dy becomes 0 so that no later tap does. */
export const routeToMaximum = pixelwise(['x', 'dx', 'y', 'dy'], (lanes, { x, dx, y, dy }, local) => {
  const [available, routed] = [local(), local()];
  const isMaximum = lanes.equal(lanes.load(x), lanes.load(y));
  return [
    ...available.set(lanes.load(dy)),
    ...routed.set(lanes.select(isMaximum, available.get, lanes.constant(0))),
    ...lanes.store(dx, lanes.add(lanes.load(dx), routed.get)),
    ...lanes.store(dy, lanes.subtract(available.get, routed.get)),
  ];
});

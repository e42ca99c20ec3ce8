// How ONNX sees a tensor of ours: dimensions made of parts of channels, height and width.

/** A part of one of a tensor's axes as our layers have them: index / stride modulo size. */
export interface Part {
  readonly axis: 'N' | 'C' | 'H' | 'W';
  readonly size: number;
  readonly stride: number;
}

/**
 * How ONNX sees a tensor of ours: per dimension its parts, the slowest first. Reshapes split and join dimensions and
 * transposes move them, so that a channel shuffle or a flatten is known by its parts. Parts of one element are left
 * out, except the batch.
 */
export type View = readonly (readonly Part[])[];

/** A tensor that a layer of ours makes. */
export interface Tensor {
  readonly kind: 'tensor';
  readonly layer: string;
  readonly view: View;
  /** Whether it is an operator's own, whose dimensions are no parts of channels, height and width. */
  readonly isOp?: boolean;
  /** Where it is whole numbers: what they stand for. Its layer has the values themselves. */
  readonly stored?: StoredAs;
}

/** Whole numbers q stand for (q − zero) · scale. */
export interface StoredAs {
  readonly type: 'int8' | 'uint8';
  readonly scale: number;
  readonly zero: number;
}

export function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((product, { size }) => product * size, 1);
}

export function sizesOf(view: View): number[] {
  return view.map(sizeOf);
}

/** A whole axis as one dimension. */
export function whole(axis: Part['axis'], size: number): readonly Part[] {
  return size === 1 && axis !== 'N' ? [] : [{ axis, size, stride: 1 }];
}

/** Parts that follow one another on their axis as one. */
function joined(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.axis === part.axis && last.stride === part.stride * part.size) {
      result[result.length - 1] = { ...part, size: last.size * part.size };
    } else result.push(part);
  }
  return result;
}

/** Takes parts of so many elements from the front; null if they cannot be cut there. */
function takeParts(queue: Part[], size: number): Part[] | null {
  const taken: Part[] = [];
  // A batch of one goes with the first dimension of one, or with whatever takes what is behind it.
  if (size === 1 && queue[0]?.axis === 'N' && queue[0].size === 1) return [queue.shift() as Part];
  let left = size;
  while (left > 1) {
    const part = queue.shift();
    if (part === undefined) return null;
    if (left % part.size === 0) {
      taken.push(part);
      left /= part.size;
    } else if (part.size % left === 0 && part.axis !== 'N') {
      const behind = part.size / left;
      taken.push({ ...part, size: left, stride: part.stride * behind });
      queue.unshift({ ...part, size: behind });
      left = 1;
    } else return null;
  }
  return taken;
}

/** The view with other dimensions over the same elements; null if parts cannot be cut so. */
export function reshaped(view: View, sizes: readonly number[]): View | null {
  const queue = view.flat();
  const result: (readonly Part[])[] = [];
  for (const size of sizes) {
    const taken = takeParts(queue, size);
    if (taken === null) return null;
    result.push(joined(taken));
  }
  return queue.every(({ size }) => size === 1) ? result : null;
}

/** Whether parts are all of one axis, in order. */
export function isWhole(parts: readonly Part[], axis: Part['axis'], size: number): boolean {
  const [part, ...others] = joined(parts);
  if (part === undefined) return size === 1;
  return others.length === 0 && part.axis === axis && part.size === size && part.stride === 1;
}

/** Whether parts are all of the channels and nothing else, in whatever order. */
export function isChannels(parts: readonly Part[], channels: number): boolean {
  return parts.every(({ axis }) => axis === 'C') && sizeOf(parts) === channels;
}

/** Where along a dimension that is all of the channels each channel is. */
export function positionsOf(parts: readonly Part[], channels: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, channel) =>
    parts.reduce((at, { size, stride }) => at * size + (Math.floor(channel / stride) % size), 0),
  );
}

/** Groups of the channel shuffle that puts channels in that order; 1 for none, null if it takes more than a shuffle. */
export function shuffleGroups(parts: readonly Part[]): number | null {
  const order = joined(parts);
  const [first, second] = order;
  if (first === undefined || (order.length === 1 && first.stride === 1)) return 1;
  const swaps = order.length === 2 && first.stride === 1 && second?.stride === first.size;
  return swaps ? second.size : null;
}

/** As messages show it: N×C×H×W. */
export function viewText(view: View): string {
  return view.map((parts) => (parts.some(({ axis }) => axis === 'N') ? 'N' : `${sizeOf(parts)}`)).join('×');
}

export function sameView(a: View, b: View): boolean {
  return JSON.stringify(a.map(joined)) === JSON.stringify(b.map(joined));
}

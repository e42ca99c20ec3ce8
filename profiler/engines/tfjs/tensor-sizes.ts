// Sizes of a network's tensors, and the refusal of those that no buffer of the device holds.
import type { Network } from '../../../network/network.ts';
import type { Shape } from '../../../network/shapes.ts';
import { weightShapes } from '../../../network/weights.ts';
import { UserError } from '../../../records/user-error.ts';

const BYTES_PER_VALUE = 4;
const MIB = 2 ** 20;

/**
 * Checks that every tensor of a network fits into one buffer of the device.
 * @param largestBytes the most that one holds, in bytes; null for no limit
 * @throws UserError naming the layer and the size of its tensor
 */
export function refuseTooLarge(
  network: Network,
  shapes: ReadonlyMap<string, Shape>,
  batch: number,
  largestBytes: number | null,
): void {
  if (largestBytes === null) return;
  const check = (what: string, dims: readonly number[], fix: string) => {
    const bytes = BYTES_PER_VALUE * dims.reduce((product, size) => product * size, 1);
    if (bytes <= largestBytes) return;
    throw new UserError({
      got: `${what} of ${dims.join('x')} values, ${Math.ceil(bytes / MIB)} MiB`,
      expected: `at most ${Math.floor(largestBytes / MIB)} MiB, the largest buffer of this device`,
      fix,
    });
  };
  for (const [name, { height, width, channels }] of shapes) {
    const fix = 'take a smaller batch or input, or an engine on the CPU';
    check(`layer ${name} of ${network.name} with an output`, [batch, height, width, channels], fix);
  }
  for (const { name, shape } of weightShapes(network)) {
    check(`weights ${name} of ${network.name}`, shape, 'take a narrower network, or an engine on the CPU');
  }
}

/** Name of a network with its size: of all its tensors, which are not all kept at once, and of the largest. */
export function sizeOf(network: Network, shapes: ReadonlyMap<string, Shape>, batch: number): string {
  let totalBytes = 0;
  let largest = { name: '', bytes: 0 };
  for (const [name, { height, width, channels }] of shapes) {
    const bytes = BYTES_PER_VALUE * batch * height * width * channels;
    totalBytes += bytes;
    if (bytes > largest.bytes) largest = { name, bytes };
  }
  const mebibytes = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`;
  return `network ${network.name} at batch ${batch} (outputs of ${mebibytes(totalBytes)}, layer ${largest.name} the largest with ${mebibytes(largest.bytes)})`;
}

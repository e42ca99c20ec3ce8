// Where a profile holds: the ranges of shapes that each kernel class was sampled at.
import { groupBy } from '../../records/group-by.ts';
import type { DeviceProfile } from '../device-profile.ts';
import { channelShape } from '../ladder/channel-shape.ts';
import type { KernelSample } from '../ladder/kernel-sample.ts';

type Domain = DeviceProfile['domain'];

const rangeOf = (values: readonly number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

/** By kernel class. */
export function domainOf(samples: readonly KernelSample[]): Domain {
  const domain: Domain = {};
  for (const [name, list] of groupBy(samples, ({ kernel }) => kernel.kernelClass)) {
    const shapes = list.map(({ kernel }) => channelShape(kernel));
    domain[name] = {
      samples: list.length,
      inputChannels: rangeOf(shapes.map(({ inputChannels }) => inputChannels)),
      outputChannels: rangeOf(shapes.map(({ outputChannels }) => outputChannels)),
      outputPixels: rangeOf(shapes.map(({ outputPixels }) => outputPixels)),
    };
  }
  return domain;
}

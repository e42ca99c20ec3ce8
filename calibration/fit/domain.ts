import type { DeviceProfile } from '../device-profile.ts';
import type { KernelSample } from '../ladder/kernel-model.ts';

/** Ranges of the shapes that each kernel class was sampled at. */
export function domainOf(samples: readonly KernelSample[]): DeviceProfile['domain'] {
  const domain: DeviceProfile['domain'] = {};
  for (const { kernel } of samples) {
    const { kernelClass, inputChannels, outputChannels, output } = kernel;
    const pixels = output.height * output.width;
    const widen = (range: readonly [number, number] | undefined, value: number): [number, number] => [
      Math.min(range?.[0] ?? value, value),
      Math.max(range?.[1] ?? value, value),
    ];
    const seen = domain[kernelClass];
    domain[kernelClass] = {
      samples: (seen?.samples ?? 0) + 1,
      inputChannels: widen(seen?.inputChannels, inputChannels),
      outputChannels: widen(seen?.outputChannels, outputChannels),
      outputPixels: widen(seen?.outputPixels, pixels),
    };
  }
  return domain;
}

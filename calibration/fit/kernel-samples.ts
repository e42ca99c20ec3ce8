// The kernels that a ladder is fitted to: those of networks to fit and of probes.
import type { KernelRecord } from '../../records/measurements.ts';
import { UserError } from '../../records/user-error.ts';
import type { KernelSample } from '../ladder/kernel-sample.ts';
import { inLoads, type LoadTimes, networkId } from './load-times.ts';
import { kernelOf } from './recorded-kernel.ts';

/**
 * @param kernels of networks to fit and of probes; others are left out
 * @param loads their times load by load
 */
export function kernelSamples(
  kernels: readonly KernelRecord[],
  loads: LoadTimes | undefined,
): KernelSample[] {
  const seen = new Map<string, number>();
  return kernels.flatMap((record): KernelSample[] => {
    const id = networkId(record);
    const at = seen.get(id) ?? 0;
    seen.set(id, at + 1);
    const { role, latency_us: latencyUs } = record;
    if ((role !== 'fit' && role !== 'probe') || latencyUs <= 0) return [];
    const loadsUs = inLoads(latencyUs, loads?.kernelsUs.get(id)?.[at]);
    return [
      { kernel: kernelOf(record), latencyUs, network: id, ...(loadsUs === undefined ? {} : { loadsUs }) },
    ];
  });
}

/**
 * The same samples.
 * @throws UserError where there are none, since the files hold none or too few networks of them
 */
export function requireKernels(samples: readonly KernelSample[]): readonly KernelSample[] {
  if (samples.length > 0) return samples;
  throw new UserError({
    got: 'too few times of kernels of the networks to fit',
    expected: 'those that every recorded network has',
    fix: 'restore kernels.csv and kernel-loads.csv, or calibrate again',
  });
}

// What is said of a kernel wherever it is shown: time, share, work, and what bounds it.
import type { NetworkProfile, ProfiledLayer } from '../../experiments/profile/network-profile.ts';

/** Whose recorded run and layers are shown: the file's or the deployed network's. */
export type ShownForm = Pick<
  NetworkProfile,
  'form' | 'latency_us' | 'kernels_us' | 'remainder_us' | 'layers' | 'recorded_run'
>;

/** Figures by name, units in the names; what is not known is left out. */
export function kernelFigures(layer: ProfiledLayer): Record<string, number | string> {
  const { kind, latency_us, share, spread, flops, bytes, gflops_per_second, predicted_us, bound } = layer;
  const known: Record<string, number | string | null> = {
    kernel: kind,
    latency_us,
    share,
    spread,
    flops,
    bytes,
    flops_per_byte: flops === null || bytes === null || bytes === 0 ? null : flops / bytes,
    gflops_per_second,
    predicted_us,
    bound,
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, number | string] => entry[1] !== null),
  );
}

// What `profile` prints: the layers of a network as measured, or how well its sub-networks repeat.
import pc from 'picocolors';
import type { NetworkProfile } from '../../experiments/profile/network-profile.ts';
import type { Repeatability } from '../../experiments/profile/repeatability.ts';
import { duration, engineering, percent, print, table } from '../terminal.ts';

function predictedCells({
  predicted_us,
  latency_us,
  bound,
  us_per_filter,
}: NetworkProfile['layers'][number]): string[] {
  if (predicted_us === null) return ['', '', '', ''];
  return [
    duration(predicted_us),
    percent(predicted_us / latency_us - 1),
    bound ?? '',
    us_per_filter === null ? '' : duration(us_per_filter),
  ];
}

/** What a device profile predicts, and, where the machine has become faster or slower since, at its speed of now. */
function predictedText(
  { latency_us, drift_since_calibration: drift }: NetworkProfile,
  predictedUs: number,
  device: string | undefined,
): string {
  const text = `predicted on ${device}: ${duration(predictedUs)}, ${percent(predictedUs / latency_us - 1)} off`;
  if (drift === null) return text;
  const nowUs = predictedUs * (1 + drift);
  const change = `the machine is ${percent(Math.abs(drift))} ${drift < 0 ? 'faster' : 'slower'} than when it was calibrated`;
  return `${text}; ${change}: ${duration(nowUs)} at its speed of now, ${percent(nowUs / latency_us - 1)} off`;
}

export function printProfile(profile: NetworkProfile, device: string | undefined): void {
  const predicted = profile.predicted_us !== null;
  print(
    table(
      [
        'layer',
        'kind',
        'FLOPs',
        'measured',
        'share',
        'GFLOP/s',
        ...(predicted ? ['predicted', 'off', 'bound', 'a filter'] : []),
      ],
      profile.layers.map((each) => [
        each.name,
        each.kind,
        engineering(each.flops),
        duration(each.latency_us),
        percent(each.share),
        each.flops > 0 ? each.gflops_per_second.toFixed(1) : '',
        ...(predicted ? predictedCells(each) : []),
      ]),
    ),
  );
  const { latency_us, cold_us, kernels_us, spread, predicted_us } = profile;
  print(
    `\n${pc.bold(profile.network)} on ${profile.engine} ×${profile.threads}, batch ${profile.batch}: ${pc.bold(duration(latency_us))} hot (± ${percent(spread)} over ${profile.loads} loads, ${profile.rounds} rounds), ${duration(cold_us)} cold; Σ kernels ${duration(kernels_us)} (${profile.clock} clock)`,
  );
  if (predicted_us !== null) print(predictedText(profile, predicted_us, device));
  if (profile.disturbed > 0) print(pc.yellow(`${profile.disturbed} samples were disturbed and taken again`));
  for (const difference of profile.stale) print(pc.yellow(`stale profile: ${difference}; calibrate again`));
}

export function printRepeatability(result: Repeatability): void {
  print(
    table(
      ['sub-network', 'pass 1', 'pass 2', 'difference, drift corrected'],
      result.networks.map(({ sample, latencyUs: [first, second], difference }) => [
        String(sample),
        duration(first),
        duration(second),
        percent(difference, 2),
      ]),
    ),
  );
  print(
    `\ntwo separate passes differ by ${pc.bold(percent(result.median, 2))} in the median, ${percent(result.mean, 2)} in the mean, ${percent(result.largest, 2)} at most, the machine's drift of ${percent(result.drift, 1)} (by the sentinel) divided out`,
  );
}

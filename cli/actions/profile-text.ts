// What `profile` prints: the layers of a network as measured, or how well its sub-networks repeat.
import pc from 'picocolors';
import type {
  MeasuredForm,
  NetworkProfile,
  ProfiledLayer,
} from '../../experiments/profile/network-profile.ts';
import type { Repeatability } from '../../experiments/profile/repeatability.ts';
import { duration, engineering, percent, print, table } from '../terminal.ts';

/** What a whole network takes beside its kernels; recording them can add more than that. */
const REMAINDER = 'dispatch, views, outputs − recording';

function predictedCells({ predicted_us, latency_us, bound, us_per_filter }: ProfiledLayer): string[] {
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
  { latency_us: measuredUs, deployed, drift_since_calibration: drift }: NetworkProfile,
  predictedUs: number,
  device: string | undefined,
): string {
  const latency_us = deployed?.latency_us ?? measuredUs;
  const form = deployed === null ? '' : ' (deployed)';
  const text = `predicted${form} on ${device}: ${duration(predictedUs)}, ${percent(predictedUs / latency_us - 1)} off`;
  if (drift === null) return text;
  const nowUs = predictedUs * (1 + drift);
  const change = `the machine is ${percent(Math.abs(drift))} ${drift < 0 ? 'faster' : 'slower'} than when it was calibrated`;
  return `${text}; ${change}: ${duration(nowUs)} at its speed of now, ${percent(nowUs / latency_us - 1)} off`;
}

/** The kernels, and what is left of the whole: together they are the whole. */
function kernelTable({ layers, latency_us, remainder_us }: MeasuredForm, isPredicted: boolean): string {
  const remainder = [
    '(remainder)',
    REMAINDER,
    '',
    duration(remainder_us),
    percent(remainder_us / latency_us),
    '',
  ];
  return table(
    [
      'layer',
      'kind',
      'FLOPs',
      'measured',
      'share',
      'GFLOP/s',
      ...(isPredicted ? ['predicted', 'off', 'bound', 'a filter'] : []),
    ],
    [
      ...layers.map((each) => [
        each.name,
        each.kind,
        each.flops === null ? '' : engineering(each.flops),
        duration(each.latency_us),
        percent(each.share),
        each.gflops_per_second === null || each.flops === 0 ? '' : each.gflops_per_second.toFixed(1),
        ...(isPredicted ? predictedCells(each) : []),
      ]),
      [...remainder, ...(isPredicted ? ['', '', '', ''] : [])],
    ],
  );
}

/** What the whole of a form took. */
function wholeText({ latency_us, cold_us, spread, loads, rounds, kernels_us, remainder_us }: MeasuredForm) {
  const sign = remainder_us < 0 ? '−' : '+';
  return `${pc.bold(duration(latency_us))} hot (± ${percent(spread)} over ${loads} loads, ${rounds} rounds), ${duration(cold_us)} cold; = Σ kernels ${duration(kernels_us)} ${sign} remainder ${duration(Math.abs(remainder_us))}`;
}

/** What ran otherwise than the lowering has it. */
function unforeseenText({ layers, unforeseen_share: share }: MeasuredForm): string | null {
  const others = layers.filter(({ flops }) => flops === null);
  if (others.length === 0) return null;
  return `${others.length} kernels (${percent(share)} of the kernels' time) ran otherwise than foreseen and are shown as the engine names them, op:…`;
}

export function printProfile(profile: NetworkProfile, device: string | undefined): void {
  const { predicted_us, deployed, gain } = profile;
  print(kernelTable(profile, predicted_us !== null));
  const form = deployed === null ? '' : ' as the file has it,';
  print(
    `\n${pc.bold(profile.network)}${form} on ${profile.engine} ×${profile.threads}, batch ${profile.batch}: ${wholeText(profile)} (${profile.clock} clock)`,
  );
  if (deployed !== null && gain !== null) {
    print(
      `deployed (rewritten: norms and zeros folded, repeats computed once): ${wholeText(deployed)}; ${pc.bold(`${gain.toFixed(2)}×`)} as fast as the file; --deployed lists its kernels`,
    );
  }
  if (predicted_us !== null) print(predictedText(profile, predicted_us, device));
  const unforeseen = unforeseenText(profile);
  if (unforeseen !== null) print(pc.yellow(unforeseen));
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

import type { Command } from 'commander';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import {
  type NetworkProfile,
  profileNetwork,
  type Repeatability,
  repeatability,
} from '../../experiments/profile/profile.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import {
  type CommonFlags,
  engineOption,
  integerOption,
  modelCommand,
  openNetwork,
  parseDurationSeconds,
  seedOption,
  sizedPlan,
  threadsOption,
  type WidthFlags,
} from '../options.ts';
import { duration, engineering, percent, print, printJson, progressBar, table } from '../terminal.ts';

interface Flags extends CommonFlags, WidthFlags {
  readonly engine?: string;
  readonly device?: string;
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
  readonly repeat?: number | true;
}

const DEFAULT_REPEATED = 12;

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

function printProfile(profile: NetworkProfile, device: string | undefined): void {
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
  if (predicted_us !== null) {
    print(`predicted on ${device}: ${duration(predicted_us)}, ${percent(predicted_us / latency_us - 1)} off`);
  }
  if (profile.disturbed > 0) print(pc.yellow(`${profile.disturbed} samples were disturbed and taken again`));
  for (const difference of profile.stale) print(pc.yellow(`stale profile: ${difference}; calibrate again`));
}

function printRepeatability(result: Repeatability): void {
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

export function profileCommand(program: Command): void {
  modelCommand(program, { name: 'profile', description: 'per layer: measured, predicted, roofline bound' })
    .addOption(engineOption())
    .option('--device <device>', 'a device.json of this engine, to predict beside')
    .addOption(threadsOption())
    .addOption(seedOption())
    .option('--budget <time>', 'time for measuring, such as 20s', parseDurationSeconds, 20)
    .addOption(
      integerOption(
        '--repeat [networks]',
        `measure random sub-networks (${DEFAULT_REPEATED}) in two separate passes instead: how well timings repeat`,
        2,
      ),
    )
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (model: string, flags: Flags) => {
      const device = flags.device === undefined ? undefined : openDevice(flags.device);
      const { plan, widths } = sizedPlan(openNetwork(model), flags);
      const measurer = await openIsolated({
        threads: flags.threads,
        ...(flags.engine === undefined ? {} : { engine: flags.engine }),
      });
      const bar = progressBar('profile', flags.quiet === true || flags.json === true);
      const { batch, seed, budget: budgetSeconds } = flags;
      const network = resizeNetwork(plan, widths);
      const options = { measurer, network, batch, seed, budgetSeconds, onProgress: bar.update };
      try {
        if (flags.repeat !== undefined) {
          const count = flags.repeat === true ? DEFAULT_REPEATED : flags.repeat;
          const result = await repeatability(options, count);
          bar.finish();
          if (flags.json === true) printJson(result);
          else printRepeatability(result);
          return;
        }
        const profile = await profileNetwork({ ...options, ...(device === undefined ? {} : { device }) });
        bar.finish();
        if (flags.json === true) printJson(profile);
        else printProfile(profile, device?.name);
      } finally {
        bar.finish();
        await measurer.close();
      }
    });
}

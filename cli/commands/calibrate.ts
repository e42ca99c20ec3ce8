import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import type { Interval } from '../../calibration/intervals/intervals.ts';
import { calibrate } from '../../experiments/calibrate/calibrate.ts';
import { fitRun } from '../../experiments/calibrate/fit-run.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { warnOfLeftOut } from '../left-out.ts';
import {
  batchOption,
  type CommonFlags,
  engineOption,
  openNetwork,
  parseDurationSeconds,
  seedOption,
  threadsOption,
} from '../options.ts';
import { percent, print, printJson, progressBar, table } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly engine?: string;
  readonly network: string[];
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
  readonly out: string;
  readonly table?: boolean;
  readonly validate: string[];
  readonly refit?: string;
}

/** A budget overrun by this factor is told: it was less than the least plan needs. */
const LATE = 1.5;

/** 95 % interval of a parameter, or nothing where there is none. */
function interval95(interval: Interval | undefined, digits: number): string {
  return interval == null
    ? ''
    : pc.dim(` [${interval.low.toFixed(digits)}, ${interval.high.toFixed(digits)}]`);
}

/** The findings of a calibration, for a terminal. */
export function calibrationSummary(profile: DeviceProfile): string {
  const { roofline, validation, engine } = profile;
  const lines = [
    `${pc.bold(profile.name)}  ${pc.dim(`${engine.provider} ${engine.version}, batch ${profile.settings.batch}`)}`,
    `compute rate ${pc.bold(roofline.computeRateGflops.toFixed(1))} GFLOP/s${interval95(roofline.intervals?.computeRateGflops, 1)}, bandwidth ${pc.bold(roofline.bandwidthGBps.toFixed(1))} GB/s${interval95(roofline.intervals?.bandwidthGBps, 1)}, overhead ${roofline.overheadUs.toFixed(2)} µs a kernel${interval95(roofline.intervals?.overheadUs, 2)}`,
    '',
    table(
      ['device model', 'error (choose)', 'error (report)', 'bias', 'within 10 %', 'Spearman'],
      profile.rungs.map(({ model, choose, report }) => [
        model.rung === profile.chosen ? `${model.rung} ${pc.green('✓')}` : model.rung,
        percent(choose.mape),
        percent(report.mape),
        percent(report.bias),
        percent(report.within10, 0),
        report.spearman?.toFixed(3) ?? '–',
      ]),
    ),
    '',
    table(
      [`held-out networks`, 'networks', 'error', 'bias'],
      [
        ...Object.entries(validation.laws).map(([law, { networks, mape, bias }]) => [
          law,
          String(networks),
          percent(mape),
          percent(bias),
        ]),
        ['all', String(validation.networks), percent(validation.mape), percent(validation.bias)],
        ['  FLOPs alone, scaled', '', percent(validation.baselines.flops), ''],
        ['  P100 roofline, scaled', '', percent(validation.baselines.p100), ''],
        ['  V100 roofline, scaled', '', percent(validation.baselines.v100), ''],
        ['  their repeatability', '', percent(validation.repeatability), ''],
      ],
    ),
  ];
  const others = Object.entries(validation.others ?? {});
  if (others.length > 0) {
    lines.push(
      '',
      table(
        ['families not fitted', 'networks', 'error', 'full network', 'classes never seen'],
        others.map(([name, { networks, mape, full, unseenClasses }]) => [
          name,
          String(networks),
          percent(mape),
          full === null ? '–' : percent(full),
          unseenClasses.join(', ') || 'none',
        ]),
      ),
    );
  }
  if (!validation.valid) {
    lines.push(
      pc.yellow(
        `invalid session: the same networks repeat within ${percent(validation.repeatability)}, more than 4 %; calibrate again when the machine is quieter`,
      ),
    );
  }
  return lines.join('\n');
}

export function calibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description('time kernels, fit, validate → device.json, kernels.csv')
    .addOption(engineOption())
    .option('--network <names...>', 'family whose sub-networks are measured', ['inception-v2'])
    .addOption(batchOption())
    .addOption(threadsOption())
    .addOption(seedOption())
    .option('--budget <time>', 'time to measure for', parseDurationSeconds, 180)
    .option('--table', "a table of one network's own kernels over a grid of its widths")
    .option('--validate <names...>', 'other families to predict and measure; nothing of them is fitted', [])
    .option('--out <dir>', 'folder of the results', 'runs/calibrate')
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .option('--refit <dir>', 'fit again what an earlier calibration measured there; no device is needed')
    .action(async (flags: Flags) => {
      const out = flags.refit ?? flags.out;
      const profile =
        flags.refit === undefined
          ? await calibrated(flags)
          : fitRun(flags.refit, [...flags.network, ...flags.validate].map(openNetwork));
      warnOfLeftOut(out);
      if (flags.json === true) {
        const { name, roofline, chosen, reason, validation } = profile;
        printJson({ name, device: join(out, 'device.json'), roofline, chosen, reason, validation });
        return;
      }
      print(calibrationSummary(profile));
      print(`\n${pc.dim('profile:')} ${join(out, 'device.json')}`);
    });
}

async function calibrated(flags: Flags): Promise<DeviceProfile> {
  const networks = flags.network.map(openNetwork);
  const engine = await openIsolated({ engine: flags.engine, threads: flags.threads });
  const bar = progressBar('calibrate', flags.quiet === true);
  const startMs = performance.now();
  try {
    return await calibrate({
      engine,
      networks,
      batch: flags.batch,
      seed: flags.seed,
      budgetSeconds: flags.budget,
      table: flags.table === true,
      validate: flags.validate.map(openNetwork),
      out: flags.out,
      onProgress: bar.update,
    });
  } finally {
    await engine.close();
    bar.finish();
    const seconds = (performance.now() - startMs) / 1e3;
    if (seconds > LATE * flags.budget) {
      process.stderr.write(
        `the least that can be fitted and validated took ${seconds.toFixed(0)} s, more than the ${flags.budget} s of --budget\n`,
      );
    }
  }
}

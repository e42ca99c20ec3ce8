import { join } from 'node:path';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import type { StudySummary } from '../../experiments/study/records.ts';
import { study } from '../../experiments/study/study.ts';
import type { SamplingLaw } from '../../network/sampling.ts';
import { openIsolated } from '../../profiler/isolation/isolated-measurer.ts';
import { driftNote } from '../../reports/findings.ts';
import { warnOfLeftOut } from '../left-out.ts';
import {
  batchOption,
  type CommonFlags,
  engineOption,
  integerOption,
  openNetwork,
  seedOption,
  threadsOption,
} from '../options.ts';
import { percent, print, printJson, progressBar, table } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly network: string;
  readonly samples: number;
  readonly law: SamplingLaw;
  readonly device: string[];
  readonly measure: number;
  readonly rounds: number;
  readonly engine?: string;
  readonly threads: number;
  readonly batch: number;
  readonly seed: number;
  readonly out: string;
}

export function studySummaryText(summary: StudySummary): string {
  const { measured, devices } = summary;
  const named = (column: string) => devices.find((device) => device.column === column)?.name ?? 'FLOPs';
  const figure = (value: number | null) => value?.toFixed(4) ?? '–';
  const lines = [
    `${pc.bold(summary.network)}: ${summary.samples} ${summary.law} sub-networks (seed ${summary.seed}), predicted in ${summary.predict_seconds.toFixed(2)} s`,
    '',
    table(
      ['FLOPs against', 'Pearson', 'Spearman'],
      summary.flops_against_predicted.map(({ column, pearson, spearman }) => [
        `${named(column)}, predicted`,
        figure(pearson),
        figure(spearman),
      ]),
    ),
  ];
  if (measured !== null) {
    lines.push(
      '',
      table(
        [
          `against ${measured.networks} measured (${measured.engine} ×${measured.threads})`,
          'Pearson',
          'Spearman',
        ],
        measured.against_measured.map(({ column, pearson, spearman }) => [
          column === 'flops' ? 'FLOPs' : `${named(column)}, predicted`,
          figure(pearson),
          figure(spearman),
        ]),
      ),
      '',
      `repeatability ${percent(measured.repeatability)}${measured.calibrated_mape === null ? '' : `; calibrated prediction off by ${percent(measured.calibrated_mape)} on average${driftNote(measured)}`}`,
    );
  }
  return lines.join('\n');
}

export function studyCommand(program: Command): void {
  program
    .command('study')
    .description('random sub-networks: FLOPs against predicted and measured latency')
    .option('--network <name>', 'zoo network', 'inception-v2')
    .addOption(integerOption('--samples <n>', 'random sub-networks', 1).default(5000))
    .addOption(
      new Option('--law <law>', 'how widths are drawn')
        .choices(['uniform', 'log-uniform', 'width-multiplier'])
        .default('uniform'),
    )
    .option('--device <device...>', 'predicting devices: names of datasheets, paths of profiles', [
      'p100',
      'v100',
    ])
    .addOption(integerOption('--measure <n>', 'measure the first n samples', 0).default(0))
    .addOption(integerOption('--rounds <n>', 'rounds of measuring', 1).default(4))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .addOption(seedOption())
    .option('--out <dir>', 'folder of the results', 'runs/study')
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (flags: Flags) => {
      const network = openNetwork(flags.network);
      const devices = flags.device.map(openDevice);
      const engine =
        flags.measure > 0 ? await openIsolated({ engine: flags.engine, threads: flags.threads }) : undefined;
      const bar = progressBar('study', flags.quiet === true);
      const summary = await study({
        network,
        samples: flags.samples,
        law: flags.law,
        devices,
        batch: flags.batch,
        seed: flags.seed,
        out: flags.out,
        onProgress: bar.update,
        ...(engine === undefined ? {} : { measure: { count: flags.measure, rounds: flags.rounds, engine } }),
      });
      await engine?.close();
      bar.finish();
      warnOfLeftOut(flags.out);
      if (flags.json === true) printJson(summary);
      else print(`${studySummaryText(summary)}\n${pc.dim('rows:')} ${join(flags.out, 'study.csv')}`);
    });
}

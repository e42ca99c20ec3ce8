// `morphline calibrate`: its flags.
import type { Command } from 'commander';
import type { CalibrateFlags } from '../actions/calibrate.ts';
import { batchOption, engineOption, parseDurationSeconds, seedOption, threadsOption } from '../options.ts';

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
    .action(async (flags: CalibrateFlags) => {
      const { runCalibration } = await import('../actions/calibrate.ts');
      await runCalibration(flags);
    });
}

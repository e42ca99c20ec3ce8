#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../experiments/package-version.ts';
import { UserError } from '../network/user-error.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { ceilingsCommand } from './commands/ceilings.ts';
import { enginesCommand } from './commands/engines.ts';
import { exportCommand } from './commands/export.ts';
import { filterCostCommand } from './commands/filter-cost.ts';
import { predictCommand } from './commands/predict.ts';
import { quickstartCommand } from './commands/quickstart.ts';
import { reportCommand } from './commands/report.ts';
import { studyCommand } from './commands/study.ts';
import { trainCommand } from './commands/train.ts';

/** Each command is one file with one function that adds it. */
const COMMANDS = [
  enginesCommand,
  ceilingsCommand,
  calibrateCommand,
  predictCommand,
  studyCommand,
  trainCommand,
  reportCommand,
  filterCostCommand,
  exportCommand,
  quickstartCommand,
];

function program(): Command {
  const command = new Command('morphline')
    .description('Time kernels on this device, fit a device profile, and train networks shaped to it.')
    .version(packageVersion())
    .showHelpAfterError(false)
    .exitOverride();
  for (const add of COMMANDS) add(command);
  // Subcommands do not inherit exitOverride once they are made.
  for (const sub of command.commands) sub.exitOverride().configureOutput({ outputError: () => undefined });
  return command.configureOutput({ outputError: () => undefined });
}

/** 0 done, 2 what the user got wrong (one line), 1 our own failure. */
async function main(): Promise<number> {
  try {
    await program().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (error.code === 'commander.help') return 2;
      process.stderr.write(
        `morphline: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}; see morphline --help\n`,
      );
      return 2;
    }
    if (error instanceof UserError) {
      process.stderr.write(`morphline: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(
      `morphline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
}

// Native engines may keep handles open: the work is done when the command is.
const code = await main();
process.stdout.write('', () => process.exit(code));

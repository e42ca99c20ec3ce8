#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../records/package-version.ts';
import { UserError } from '../records/user-error.ts';

/** Each command is one file with one function that adds it, loaded when it is asked for: `predict` needs no tfjs. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  engines: async () => (await import('./commands/engines.ts')).enginesCommand,
  ceilings: async () => (await import('./commands/ceilings.ts')).ceilingsCommand,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  profile: async () => (await import('./commands/profile.ts')).profileCommand,
  predict: async () => (await import('./commands/predict.ts')).predictCommand,
  study: async () => (await import('./commands/study.ts')).studyCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  'filter-cost': async () => (await import('./commands/filter-cost.ts')).filterCostCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  quickstart: async () => (await import('./commands/quickstart.ts')).quickstartCommand,
};

/** The program with the command that the arguments name; with all of them where they name none (help). */
async function program(name: string | undefined): Promise<Command> {
  const command = new Command('morphline')
    .description('Time kernels on this device, fit a device profile, and train networks shaped to it.')
    .version(packageVersion())
    .showHelpAfterError(false)
    .exitOverride();
  const wanted = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of wanted === undefined ? Object.values(COMMANDS) : [wanted]) (await load())(command);
  // Subcommands do not inherit exitOverride once they are made.
  for (const sub of command.commands) sub.exitOverride().configureOutput({ outputError: () => undefined });
  return command.configureOutput({ outputError: () => undefined });
}

/** 0 done, 2 what the user got wrong (one line), 1 our own failure. */
async function main(): Promise<number> {
  try {
    await (await program(process.argv[2])).parseAsync();
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

// The flags of `--emit`, which commands with shards have.
import { type Command, Option } from 'commander';
import { integerOption } from '../options.ts';

export const SCHEDULERS = ['slurm', 'kubernetes'] as const;
export type Scheduler = (typeof SCHEDULERS)[number];

export interface EmitFlags {
  readonly emit?: Scheduler;
  readonly tasks: number;
  readonly container?: string;
}

const MOST_TASKS = 10_000;

/** Adds the flags of `--emit` to a command whose work has shards. */
export function addEmitOptions(command: Command): void {
  command
    .addOption(
      new Option('--emit <scheduler>', 'print a job that runs the shards, instead of running').choices(
        SCHEDULERS,
      ),
    )
    .addOption(integerOption('--tasks <n>', 'shards of the job, with --emit', 1, MOST_TASKS).default(4))
    .option('--container <image>', 'image that has morphline, with --emit kubernetes');
}

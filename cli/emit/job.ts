// `--emit`: a command's shards as a job of a scheduler, printed instead of run.
import { basename, join } from 'node:path';
import { packageRoot } from '../../records/package-version.ts';
import { UserError } from '../../records/user-error.ts';
import { print } from '../terminal.ts';
import type { Scheduler } from './flags.ts';
import { kubernetesJob } from './kubernetes.ts';
import type { ShardedJob } from './sharded-job.ts';
import { slurmScript } from './slurm.ts';

/** Flags that are for this machine, with their values. */
const OWN_FLAGS = new Set(['--emit', '--tasks', '--container', '--shard', '--shards']);

/** Arguments without the flags of `--emit`, also where they are written with `=`. */
export function withoutOwnFlags(args: readonly string[]): string[] {
  return args.filter((arg, i) => {
    const [name = ''] = arg.split('=');
    const before = args[i - 1] ?? '';
    return !OWN_FLAGS.has(name) && !(OWN_FLAGS.has(before) && !before.includes('='));
  });
}

/**
 * The text of the job.
 * @throws UserError for Kubernetes without an image
 */
export function jobText(scheduler: Scheduler, job: ShardedJob): string {
  if (scheduler === 'slurm') return slurmScript(job);
  if (job.container === null) {
    throw new UserError({
      got: '--emit kubernetes without --container',
      expected: 'the image that its pods run',
      fix: 'build one with morphline in it (docs/fleet.md) and name it',
    });
  }
  return `${JSON.stringify(kubernetesJob({ ...job, container: job.container }), null, 2)}\n`;
}

/** Prints the job of the command that is on this process's command line. */
export function emitJob(
  scheduler: Scheduler,
  { tasks, container }: { readonly tasks: number; readonly container: string | undefined },
  threads: number,
): void {
  const [, main = ''] = process.argv;
  const program =
    basename(main) === 'main.js'
      ? [process.execPath, join(packageRoot(), 'dist', 'cli', 'main.js')]
      : ['morphline'];
  const args = withoutOwnFlags(process.argv.slice(2));
  print(jobText(scheduler, { args, tasks, threads, container: container ?? null, program }).trimEnd());
}

// A command's shards as a Slurm array.
import type { ShardedJob } from './sharded-job.ts';

/** Text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A script for `sbatch`. Tasks have their node to themselves, since neighbours disturb timings, and go on where they were when
 * they are requeued.
 */
export function slurmScript({ args, tasks, threads, program }: ShardedJob): string {
  const [name = ''] = args;
  const words = [...args, '--shard', 'auto', '--quiet'];
  return `#!/bin/bash
# ${tasks} shards of: morphline ${args.map(shellWord).join(' ')}
# sbatch THIS_FILE; a task that is killed and queued again resumes.
#SBATCH --job-name=morphline-${name}
#SBATCH --array=0-${tasks - 1}
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${threads}
#SBATCH --exclusive
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=morphline-${name}-%A-%a.log
set -euo pipefail
cd "\${SLURM_SUBMIT_DIR:-.}"
exec ${program.map(shellWord).join(' ')} ${words.map(shellWord).join(' ')}
`;
}

// Shards: which part of a study one machine does, as flags and job schedulers say.
import { UserError } from '../../records/user-error.ts';

/** Part `index` (from 0) of `of`: the samples k with k mod `of` = `index`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function checked(shard: Shard, got: string): Shard {
  const { index, of } = shard;
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 0 && index < of) return shard;
  throw new UserError({
    got,
    expected: 'i/n with i from 0 to n − 1, such as 0/4 … 3/4',
    fix: 'correct the shard',
  });
}

const given = (text: string | undefined) => (text === undefined || text === '' ? undefined : text);

/**
 * The shard of a task of a Slurm array (its indices may start anywhere, in any step) or of an indexed Kubernetes job.
 * Kubernetes does not tell a pod how many there are: `--shards` or MORPHLINE_SHARDS does.
 */
function shardOfJob(environment: Environment, shards: number | undefined): Shard {
  const slurm = given(environment.SLURM_ARRAY_TASK_ID);
  if (slurm !== undefined) {
    const {
      SLURM_ARRAY_TASK_MIN: min,
      SLURM_ARRAY_TASK_COUNT: count,
      SLURM_ARRAY_TASK_STEP: step,
    } = environment;
    const index = (Number(slurm) - Number(given(min) ?? 0)) / Number(given(step) ?? 1);
    const of = shards ?? Number(given(count) ?? Number.NaN);
    return checked(
      { index, of },
      `SLURM_ARRAY_TASK_ID=${slurm} SLURM_ARRAY_TASK_MIN=${min} SLURM_ARRAY_TASK_COUNT=${shards ?? count}`,
    );
  }
  const kubernetes = given(environment.JOB_COMPLETION_INDEX);
  if (kubernetes !== undefined) {
    const of = shards ?? Number(given(environment.MORPHLINE_SHARDS) ?? Number.NaN);
    return checked(
      { index: Number(kubernetes), of },
      `JOB_COMPLETION_INDEX=${kubernetes} of ${Number.isNaN(of) ? 'an unknown number (give --shards or MORPHLINE_SHARDS)' : of}`,
    );
  }
  throw new UserError({
    got: '--shard auto outside of a Slurm array or an indexed Kubernetes job',
    expected: 'SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment',
    fix: 'name the shard, such as --shard 0/4',
  });
}

/**
 * Reads `--shard`: `i/n`, or `auto` for what the job scheduler says.
 * @throws UserError for anything else, or a shard out of range
 */
export function parseShard(text: string, environment: Environment, shards?: number): Shard {
  if (text === 'auto') return shardOfJob(environment, shards);
  const match = /^(\d+)\/(\d+)$/.exec(text);
  return checked({ index: Number(match?.[1] ?? -1), of: Number(match?.[2] ?? -1) }, `--shard ${text}`);
}

export const shardName = ({ index, of }: Shard) => `${index}/${of}`;

/** A shard's own folder inside a study's: shards never write to the same file. */
export const shardFolder = ({ index, of }: Shard) => `shard-${index}-of-${of}`;

/** The samples 0 … count-1, or those of a shard. */
export function samplesOf(count: number, shard: Shard | undefined): number[] {
  const all = Array.from({ length: count }, (_, sample) => sample);
  return shard === undefined ? all : all.filter((sample) => sample % shard.of === shard.index);
}

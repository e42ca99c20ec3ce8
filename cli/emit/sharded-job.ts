// What a scheduler is to run: a command, its shards shared out to tasks.

/** A command to be run as so many tasks, each with its shard. */
export interface ShardedJob {
  /** Its name and flags, without those of `--emit`. */
  readonly args: readonly string[];
  readonly tasks: number;
  /** CPUs of a task. */
  readonly threads: number;
  /** Image of a container that has morphline. */
  readonly container: string | null;
  /** How to start morphline on a machine that shares this one's files. */
  readonly program: readonly string[];
}

// What is fuzzed: a reader, inputs for it, and what it may make of them.
import fc from 'fast-check';

/** A reader with broken inputs. It may refuse them by a UserError, in time; what it accepts must be possible. */
export interface FuzzTarget<Input> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Reads an input. @throws UserError for one that it refuses; any other Error is a finding */
  read(input: Input): void | Promise<void>;
}

/** What each input is read within: it times the work, and tells refusals from findings. */
export type Guard = (work: () => void | Promise<void>) => Promise<void>;

/** A target whose inputs only it knows. */
export interface AnyTarget {
  readonly name: string;
  /** Reads so many inputs. @throws Error for the first that the guard throws for, with the smallest that it does */
  run(guard: Guard, options: { readonly runs: number; readonly seed: number }): Promise<void>;
}

export function target<Input>({ name, inputs, read }: FuzzTarget<Input>): AnyTarget {
  return {
    name,
    async run(guard, { runs, seed }) {
      const property = fc.asyncProperty(inputs, (input) => guard(() => read(input)));
      await fc.assert(property, { numRuns: runs, seed, includeErrorInReport: true });
    },
  };
}

/** Makes a target, in a folder of its own. @param root of the repository */
export type TargetMaker = (root: string, folder: string) => AnyTarget | Promise<AnyTarget>;

/** Thirty years. */
const LONGEST_US = 1e15;

/** @throws Error for what is no time */
export function requireTime(us: number, what: string): void {
  if (!(us >= 0 && us <= LONGEST_US)) throw new Error(`${what} is accepted as ${us} µs`);
}

/** No number that a reader accepts is endless, or none at all. */
export function requireNumbers(value: unknown, what: string): void {
  const queue: [unknown, string][] = [[value, what]];
  for (const [each, path] of queue) {
    if (typeof each === 'number' && !Number.isFinite(each)) throw new Error(`${path} is accepted as ${each}`);
    if (typeof each !== 'object' || each === null) continue;
    for (const [key, own] of Object.entries(each)) queue.push([own, `${path}.${key}`]);
  }
}

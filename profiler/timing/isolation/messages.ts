// What a parent and a child that measures send each other.
import type { LoweringRules } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import type { LoadJob, LoadResult, NetworkCase, Stage } from '../measure-load.ts';
import type { NetworkTrial } from '../measurer.ts';
import type { RoundSample } from '../rounds.ts';
import type { NetworkStart } from '../start-network.ts';

/** Which engine a child opens, and how. */
export interface EngineSource {
  /** As `--engine` takes it; the default engine without. */
  readonly engine?: string | undefined;
  readonly threads: number;
  /** A child that tells nothing for longer hangs, and counts as dead; ten minutes by default. */
  readonly silenceLimitMs?: number;
  /** URL of a module whose default export is an EngineAdapter, in place of an engine of ours. */
  readonly module?: string;
}

/** What a child does before it exits. */
export type Job =
  | { readonly kind: 'describe' }
  | { readonly kind: 'trial'; readonly networks: readonly Network[]; readonly batch: number }
  | { readonly kind: 'load'; readonly job: LoadJob }
  | {
      readonly kind: 'start';
      readonly started: Pick<NetworkCase, 'network' | 'file'>;
      readonly batch: number;
    };

/** The one message to a child. */
export interface ToChild {
  readonly source: EngineSource;
  readonly job: Job;
  /** Folder for its temporary files, which goes with it. */
  readonly temporary: string;
}

/** What each kind of job ends with. */
export interface JobResults {
  readonly describe: null;
  readonly trial: readonly NetworkTrial[];
  readonly load: LoadResult;
  readonly start: NetworkStart;
}

/** A UserError's parts, or what else was thrown. */
export type ThrownMessage =
  | { readonly user: { readonly got: string; readonly expected: string; readonly fix: string } }
  | { readonly user: null; readonly message: string; readonly stack: string };

/** The messages from a child, in this order: hello, stages and samples, then the result; or what it threw. */
export type FromChild =
  | { readonly kind: 'hello'; readonly description: EngineDescription; readonly rules: LoweringRules }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'sample'; readonly sample: RoundSample }
  | { readonly kind: 'result'; readonly result: JobResults[Job['kind']] }
  | { readonly kind: 'thrown'; readonly error: ThrownMessage };

// Networks of a seed chosen by prediction and measured until they meet their budgets; a resumed sweep keeps them.
import { join } from 'node:path';
import { z } from 'zod';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import { decidedOnce } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import type { Base } from './base.ts';
import { type Chosen, chooseWidths, chosen } from './choose-widths.ts';
import { type Variant, variantId } from './methods.ts';
import { type MeasureTogether, reachBudgets } from './reach-budgets.ts';
import type { Snapshots } from './shrink-path.ts';
import type { SweepRun } from './sweep-run.ts';

/** Loads and rounds of a session that measures networks beside their seed network; unsure ones get more loads. */
const LOADS = 6;
const ROUNDS_PER_LOAD = 4;
const PRECISION = { standardError: 0.007, mostLoads: 12 } as const;
/** Where a variant is chosen and what it starts from. */
export interface Source {
  readonly variant: Variant;
  readonly base: Base;
  /** Of the base, trained. */
  readonly weights: Weights;
  readonly snapshots: Snapshots;
}

/** A seed's own part of a sweep. */
export interface SeedRun {
  readonly run: SweepRun;
  readonly seed: number;
  readonly measurer: Measurer;
  /** Predicted latency of the seed network, in µs. */
  readonly seedUs: number;
  /** What it costs in the unit of the budgets. */
  readonly seedCost: number;
}

function measuring({ run, seed, measurer }: SeedRun): MeasureTogether {
  return (networks) =>
    measureBlock(
      measurer,
      [...networks].map(([id, network]) => ({ id, network, profiled: false })),
      {
        batch: 1,
        seed,
        sentinel: sentinelNetwork(run.plan),
        pacer: pacerNetwork(),
        loads: LOADS,
        policy: { minRounds: LOADS * ROUNDS_PER_LOAD, maxRounds: LOADS * ROUNDS_PER_LOAD, deadlineMs: 0 },
        precision: PRECISION,
        onFailure({ id, reason }) {
          throw new Error(`network ${id} was not measured: ${reason}`);
        },
      },
    );
}

/** What a session kept of a choice: {@link Reached} without its network. */
const kept = z.object({
  id: z.string(),
  chosen,
  latencyUs: z.number().positive(),
  standardError: z.number().nonnegative().nullable(),
  seedUs: z.number().positive(),
});
export type Kept = Readonly<z.infer<typeof kept>>;

/** Networks of a seed, by id. */
export type ChosenNetworks = ReadonlyMap<string, { readonly kept: Kept; readonly network: Network }>;

/** Chooses networks that meet their budgets by measurement; a resumed sweep keeps its choices. */
export async function chooseNetworks(
  own: SeedRun,
  sources: readonly Source[],
  file: string,
): Promise<ChosenNetworks> {
  const { run, seed, seedCost } = own;
  const { options } = run;
  const baseOfId = new Map(sources.map(({ variant, base }) => [variantId(variant), base]));
  const networkOf = (base: Base, { widths }: Chosen) => resizeNetwork(base.plan, Int32Array.from(widths));
  const path = join(options.out, `seed-${seed}`, file);
  const choices = await decidedOnce(path, z.array(kept), async (): Promise<Kept[]> => {
    const reached = await reachBudgets(
      options.network,
      sources.map(({ variant, base, snapshots }) => ({
        id: variantId(variant),
        share: variant.budget,
        seedCost,
        choose: (budget: number) =>
          chooseWidths(
            // What was expanded is shrunk and expanded again.
            { method: variant.method, form: variant.form === 'twice' ? 'expanded' : variant.form },
            base,
            snapshots,
            budget,
            options.shrinkShare,
          ),
        networkOf: (chosen: Chosen) => networkOf(base, chosen),
      })),
      { tolerance: options.tolerance, isExact: options.budgetIn === 'flops' },
      measuring(own),
    );
    return reached.map(({ network: _, ...each }) => each);
  });
  return new Map(
    choices.map((each) => {
      const base = baseOfId.get(each.id);
      if (base === undefined || each.chosen.widths.length !== base.plan.groups.length) {
        throw new UserError({
          got: `${path} with ${each.id} of ${each.chosen.widths.length} widths, which is not of this sweep`,
          expected: 'what an earlier start of this sweep chose',
          fix: 'remove it to have it chosen anew',
        });
      }
      return [each.id, { kept: each, network: networkOf(base, each.chosen) }];
    }),
  );
}

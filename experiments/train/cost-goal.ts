// What a training run is to reach: a share of the seed network's cost, or a latency.
import { z } from 'zod';
import { decimal } from '../../records/decimal.ts';
import type { SettingKind } from '../../records/setting-kinds.ts';
import { UserError } from '../../records/user-error.ts';

/** 0.5: half the seed network's cost; `180us`: so long, of target latency alone. */
export type CostGoal = number | string;

const US: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6 };
const TIME = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/;
const MOST_SHARE = 4;

/** A time in µs; undefined for what is none. */
function timeUs(text: string): number | undefined {
  const match = TIME.exec(text);
  const us = Number(match?.[1]) * (US[match?.[2] ?? ''] ?? Number.NaN);
  return us > 0 && Number.isFinite(us) ? us : undefined;
}

/** `0.5x` or 0.5, `180us`, `1.2ms`. */
export function costGoal(): SettingKind<CostGoal> {
  const expected = 'a share of the seed cost such as 0.5x, or a latency such as 180us';
  return {
    schema: z.union(
      [z.number().positive().max(MOST_SHARE), z.string().refine((text) => timeUs(text) !== undefined)],
      expected,
    ),
    fromText: (text) => (TIME.test(text) ? text.replace('µ', 'u') : decimal(text.replace(/x$/, ''))),
  };
}

/**
 * Cost to reach, in the resource's unit.
 * @param seedCost of the seed network
 * @throws UserError for a time where something else than latency is saved
 */
export function budgetOf(goal: CostGoal, target: string, seedCost: number): number {
  if (typeof goal === 'number') return goal * seedCost;
  const us = timeUs(goal);
  if (target !== 'latency' || us === undefined) {
    throw new UserError({
      got: `--cost ${goal} with --target ${target}`,
      expected: 'a share of the seed cost such as 0.5x; a time only with --target latency',
      fix: 'correct one of the two',
    });
  }
  return us;
}

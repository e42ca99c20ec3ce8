// What was measured load by load, sorted by network.
import { median } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import type { KernelLoadRecord, RoundRecord } from '../../records/measurements.ts';

/** What was measured load by load: rows of kernel-loads.csv and rounds.csv. */
export interface LoadRecords {
  readonly kernels: readonly KernelLoadRecord[];
  readonly rounds: readonly RoundRecord[];
}

/** Times of networks and their kernels in each load. */
export interface LoadTimes {
  /** Of the whole network, by its id: a latency per load, as timed, in µs. */
  readonly networksUs: ReadonlyMap<string, readonly number[]>;
  /** Of its kernels, in the order of kernels.csv: a latency per load, in µs. */
  readonly kernelsUs: ReadonlyMap<string, readonly (readonly number[])[]>;
}

export const networkId = ({ network, sample }: { network: string; sample: number }) => `${network} ${sample}`;

/** Loads of a network: their rows, in the order of the loads. */
function byLoad<Row extends { network: string; sample: number; load: number }>(rows: readonly Row[]) {
  return [...groupBy(rows, networkId)].map(([id, ofNetwork]): [string, Row[][]] => [
    id,
    [...groupBy(ofNetwork, ({ load }) => load)].sort(([a], [b]) => a - b).map(([, list]) => list),
  ]);
}

/** Sorts what was measured by network and load. */
export function loadTimes({ kernels, rounds }: LoadRecords): LoadTimes {
  return {
    networksUs: new Map(
      byLoad(rounds).map(([id, loads]) => [
        id,
        loads.map((list) => median(list.map(({ latency_us }) => latency_us))),
      ]),
    ),
    kernelsUs: new Map(
      byLoad(kernels).map(([id, loads]) => [
        id,
        (loads[0] ?? []).map((_, kernel) => loads.map((list) => list[kernel]?.latency_us ?? 0)),
      ]),
    ),
  };
}

/** How much of the recorded time the lowering does not foresee, by op; nothing where it foresees all. */
export function unforeseenOf({ kernels }: LoadRecords): {
  unforeseen?: { share: number; ops: Record<string, number> };
} {
  const total = (rows: readonly KernelLoadRecord[]) =>
    rows.reduce((sum, { latency_us }) => sum + latency_us, 0);
  const others = kernels.filter(({ unforeseen }) => unforeseen);
  const allUs = total(kernels);
  if (others.length === 0 || !(allUs > 0)) return {};
  const ops = [...groupBy(others, ({ op }) => op)].map(([op, rows]) => [op, total(rows) / allUs] as const);
  return {
    unforeseen: {
      share: total(others) / allUs,
      ops: Object.fromEntries(ops.sort(([, a], [, b]) => b - a)),
    },
  };
}

/** A figure as each load alone would have it: corrected for drift as the figure itself was, by the loads' median. */
export function inLoads(figure: number, loadsUs: readonly number[] | undefined): number[] | undefined {
  if (loadsUs === undefined || loadsUs.length < 2) return undefined;
  const typical = median([...loadsUs]);
  return typical > 0 ? loadsUs.map((us) => (figure * us) / typical) : undefined;
}

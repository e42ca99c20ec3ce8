// The one owner of drift: how slow the machine was when a network was measured, and times without that.
import { median } from 'simple-statistics';
import { groupBy } from '../records/group-by.ts';
import type { KernelLoadRecord, NetworkRecord, RoundRecord } from '../records/measurements.ts';

/** How the machine's speed changed along a session. */
export interface Drift {
  /** By block: how slow the machine was against the typical block; 1.03 is 3 % slower. */
  readonly slowness: ReadonlyMap<number, number>;
  /** Median latency of the sentinel in the typical block, in µs. */
  readonly sentinelUs: number;
}

/** What it takes of a record to know when it was measured. */
type Measured = Pick<NetworkRecord, 'block'>;

/** How slow the machine was when this was measured; 1 where nothing tells. */
export function slownessOf({ block }: Measured, { slowness }: Drift): number {
  return slowness.get(block) ?? 1;
}

/** The records with their latencies as the typical block would have given them; passes and spread are of one block. */
export function withoutDrift<T extends Measured & { readonly latency_us: number }>(
  records: readonly T[],
  drift: Drift,
): T[] {
  return records.map((record) => ({ ...record, latency_us: record.latency_us / slownessOf(record, drift) }));
}

/** Networks whose median tells a block's slowness better than its one sentinel does. */
const MIN_NETWORKS = 24;

/** Least squares of y over two columns, all centred within their blocks. */
function pooledSlopes(points: readonly (readonly [number, number, number])[]): [number, number] {
  let [aa, ab, bb, ay, by] = [0, 0, 0, 0, 0];
  for (const [a, b, y] of points) {
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ay += a * y;
    by += b * y;
  }
  const determinant = aa * bb - ab * ab;
  if (determinant > 1e-9 * aa * bb)
    return [(ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant];
  return [aa > 0 ? ay / aa : 0, 0];
}

/**
 * How slow the machine was in each block of a session. Networks are allotted to blocks at random, so blocks differ only
 * by chance in what they should cost: a block's slowness is the median of what log latency has left once FLOPs and
 * weights, with slopes pooled over blocks, are taken out (analysis of covariance of a randomized block design; Cochran &
 * Cox, Experimental Designs, 2nd ed., ch. 3). The one sentinel is a network like any other, a percent or two off by where
 * its buffers lie; it decides where a block has few networks.
 * @param records whole networks of the session, probes aside
 */
export function driftOf(records: readonly NetworkRecord[]): Drift {
  const blocks = groupBy(records, ({ block }) => block);
  const sentinelOf = (list: readonly NetworkRecord[]) => median(list.map(({ sentinel_us }) => sentinel_us));
  const all = [...blocks];
  const large = all.filter(([, list]) => list.length >= MIN_NETWORKS);
  if (large.length < 2) {
    const typical = median(records.map(({ sentinel_us }) => sentinel_us));
    return {
      slowness: new Map(all.map(([block, list]) => [block, sentinelOf(list) / typical])),
      sentinelUs: typical,
    };
  }
  const slowness = slownessByNetworks(large);
  const sentinelUs = median(large.map(([block, list]) => sentinelOf(list) / (slowness.get(block) as number)));
  for (const [block, list] of all)
    if (!slowness.has(block)) slowness.set(block, sentinelOf(list) / sentinelUs);
  return { slowness, sentinelUs };
}

/** Slowness of blocks of many networks each. */
function slownessByNetworks(
  blocks: readonly (readonly [number, readonly NetworkRecord[]])[],
): Map<number, number> {
  const logs = blocks.map(([, list]) =>
    list.map((row) => [Math.log(row.flops), Math.log(row.parameters), Math.log(row.latency_us)] as const),
  );
  const points = logs.flatMap((list) => {
    const centre = ([0, 1, 2] as const).map(
      (axis) => list.reduce((sum, row) => sum + row[axis], 0) / list.length,
    );
    return list.map(
      (row) => row.map((value, axis) => value - (centre[axis] as number)) as [number, number, number],
    );
  });
  const [perFlop, perWeight] = pooledSlopes(points);
  const left = logs.map((list) =>
    median(list.map(([flops, weights, latency]) => latency - perFlop * flops - perWeight * weights)),
  );
  const middle = median(left);
  return new Map(blocks.map(([block], i) => [block, Math.exp((left[i] as number) - middle)]));
}

/** A time that was taken in a load. */
type InLoad = Pick<RoundRecord, 'network' | 'sample' | 'load' | 'latency_us'>;

/**
 * How slow the machine was in each load of each block against the block's median load: the median over networks of a
 * load's time over the network's typical one. The process of a load, with all its networks, may be a fifth slower than the
 * next.
 * @param blockOf number of the block that a network was measured in
 * @returns by `block load`; 1 where a single network could not tell it from its own noise
 */
function loadSlowness(rows: readonly InLoad[], blockOf: (row: InLoad) => number): Map<string, number> {
  const ratios = new Map<string, number[]>();
  for (const own of groupBy(rows, ({ network, sample }) => `${network} ${sample}`).values()) {
    const loads = [...groupBy(own, ({ load }) => load)].map(([load, list]) => ({
      key: `${blockOf(list[0] as InLoad)} ${load}`,
      us: median(list.map(({ latency_us }) => latency_us)),
    }));
    const typical = median(loads.map(({ us }) => us));
    for (const { key, us } of loads) ratios.set(key, [...(ratios.get(key) ?? []), us / typical]);
  }
  return new Map([...ratios].map(([key, each]) => [key, each.length > 1 ? median(each) : 1]));
}

/**
 * Times of rounds and of kernels with their loads brought to the speed of their block's median load: what is left between
 * loads is each network's own.
 */
export function withoutLoadDrift(
  {
    rounds,
    kernels,
  }: { readonly rounds: readonly RoundRecord[]; readonly kernels: readonly KernelLoadRecord[] },
  blockOf: (row: Pick<RoundRecord, 'network' | 'sample'>) => number,
): { rounds: RoundRecord[]; kernels: KernelLoadRecord[] } {
  const slowness = loadSlowness(rounds, blockOf);
  const steady = <T extends InLoad>(rows: readonly T[]): T[] =>
    rows.map((row) => {
      const slow = slowness.get(`${blockOf(row)} ${row.load}`) ?? 1;
      return { ...row, latency_us: row.latency_us / slow };
    });
  return { rounds: steady(rounds), kernels: steady(kernels) };
}

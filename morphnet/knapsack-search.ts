// How widths are looked for: climbs at a price, what fits filled, groups exchanged, climbs from elsewhere.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Evaluator, Point } from './knapsack-problem.ts';

/** Sweeps over all groups at one price; few are needed. */
const MOST_SWEEPS = 4;
const BISECTIONS = 14;
/** Prices closer than this share are the same. */
const PRICE_STEP = 0.003;
const NEAR_STEPS = 2;
/** Of the random widths that later climbs start from. */
const SEED = 1;

/** Widths near the present one, and none: what is worth more at nearly the same price is not far. */
function nearby(widths: readonly number[], width: number): readonly number[] {
  const at = widths.indexOf(width);
  const near = widths.slice(Math.max(0, at - NEAR_STEPS), at + NEAR_STEPS + 1);
  return near[0] === 0 ? near : [widths[0] as number, ...near];
}

/**
 * Σ importance − price · cost, made as large as one group after the other can make it.
 * @param isNear whether `start` was climbed to at nearly this price
 */
function climb(
  evaluator: Evaluator,
  options: readonly number[][],
  start: Point,
  { price, isNear }: { readonly price: number; readonly isNear: boolean },
): Point {
  let best = start;
  const score = ({ value, cost }: Point) => value - price * cost;
  // Near by, the next price comes soon enough.
  for (let sweep = 0; sweep < (isNear ? 1 : MOST_SWEEPS); sweep++) {
    const before = best;
    for (const [group, widths] of options.entries()) {
      const own = best.widths[group] as number;
      for (const width of isNear || sweep > 0 ? nearby(widths, own) : widths) {
        if (width === best.widths[group]) continue;
        const next = evaluator.with(best, group, width);
        if (score(next) > score(best)) best = next;
      }
    }
    if (best === before) break;
  }
  return best;
}

/** Each group that can be one step wider, so. */
function wider(evaluator: Evaluator, options: readonly number[][], point: Point): Point[] {
  return options.flatMap((widths, group) => {
    const width = widths.find((each) => each > (point.widths[group] as number));
    return width === undefined ? [] : [evaluator.with(point, group, width)];
  });
}

export const better = (a: Point, b: Point) => a.value > b.value || (a.value === b.value && a.cost < b.cost);

/** Fills what is left of the budget, the most importance per cost first. */
function fill(evaluator: Evaluator, options: readonly number[][], start: Point, budget: number): Point {
  let point = start;
  for (;;) {
    const affordable = wider(evaluator, options, point).filter(
      (next) => next.cost <= budget && better(next, point),
    );
    if (affordable.length === 0) return point;
    const rate = (next: Point) => (next.value - point.value) / Math.max(1e-12, next.cost - point.cost);
    point = affordable.reduce((best, next) => (rate(next) > rate(best) ? next : best));
  }
}

/** Cuts other groups than these until the network fits, the least importance per cost saved first. */
function trim(
  evaluator: Evaluator,
  options: readonly number[][],
  start: Point,
  budget: number,
  kept: ReadonlySet<number>,
): Point | undefined {
  let point = start;
  while (point.cost > budget) {
    const { widths: own, cost } = point;
    const whole = options.flatMap((widths, group) => {
      if (kept.has(group)) return [];
      // The nearest that saves something: costs may rise in steps.
      for (const width of widths.filter((each) => each < (own[group] as number)).reverse()) {
        const next = evaluator.with(point, group, width);
        if (Number.isFinite(next.value) && next.cost < cost) return [next];
      }
      return [];
    });
    if (whole.length === 0) return undefined;
    const loss = (next: Point) => (point.value - next.value) / (point.cost - next.cost);
    point = whole.reduce((best, next) => (loss(next) < loss(best) ? next : best));
  }
  return point;
}

/** Another width of one group, or of two. */
type Move = readonly (readonly [group: number, width: number])[];

/** All moves from a point, the nearest widths of single groups first, then pairs: one may have to give way to the other. */
function* moves(options: readonly number[][], { widths }: Point): Generator<Move> {
  const singles = options.map((own, group) =>
    own
      .filter((width) => width !== widths[group])
      .sort((a, b) => Math.abs(a - (widths[group] as number)) - Math.abs(b - (widths[group] as number)))
      .map((width) => [group, width] as const),
  );
  for (const own of singles) for (const move of own) yield [move];
  for (const [index, own] of singles.entries())
    for (const others of singles.slice(index + 1))
      for (const one of own) for (const other of others) yield [one, other];
}

/**
 * Gives one or two groups another width, trims others where that is too dear and fills what it leaves, as long as it makes
 * the network worth more and evaluations last.
 */
export function exchange(
  evaluator: Evaluator,
  options: readonly number[][],
  start: Point,
  budget: number,
): Point {
  let point = start;
  const improved = (): Point | undefined => {
    for (const move of moves(options, point)) {
      if (evaluator.isSpent) return undefined;
      const widths = point.widths.slice();
      for (const [group, width] of move) widths[group] = width;
      const moved = evaluator.at(widths);
      if (!Number.isFinite(moved.value)) continue;
      const kept = new Set(move.map(([group]) => group));
      const trimmed = trim(evaluator, options, moved, budget, kept);
      if (trimmed === undefined) continue;
      const next = fill(evaluator, options, trimmed, budget);
      if (better(next, point)) return next;
    }
    return undefined;
  };
  for (let next = improved(); next !== undefined; next = improved()) point = next;
  return point;
}

/** The best of what climbs find that fits the budget, and the price at which they find it. */
export interface Search {
  best: Point | undefined;
  price: number;
}

/** Climbs from all channels at bisected prices. */
export function bisect(
  evaluator: Evaluator,
  options: readonly number[][],
  full: Point,
  budget: number,
): Search {
  let [low, high] = [0, full.value / full.cost];
  let point = climb(evaluator, options, full, { price: high, isNear: false });
  for (let rise = 0; point.cost > budget; rise++) {
    if (rise === BISECTIONS) return { best: undefined, price: high };
    [low, high] = [high, 4 * high];
    point = climb(evaluator, options, point, { price: high, isNear: false });
  }
  let best = point;
  for (let step = 0; step < BISECTIONS && high - low > PRICE_STEP * high; step++) {
    const price = (low + high) / 2;
    const next = climb(evaluator, options, point, { price, isNear: true });
    if (next.cost > budget) {
      low = price;
      continue;
    }
    high = price;
    point = next;
    if (better(point, best)) best = point;
  }
  return { best: fill(evaluator, options, best, budget), price: high };
}

/** Climbs from random widths at prices around the one found, while evaluations last: one branch may stand in for another. */
export function restart(
  evaluator: Evaluator,
  options: readonly number[][],
  { best: found, price }: Search,
  budget: number,
): Point | undefined {
  const random = xoroshiro128plus(SEED);
  let best = found;
  while (!evaluator.isSpent) {
    const widths = Int32Array.from(options, (own) => own[uniformInt(random, 0, own.length - 1)] as number);
    const start = evaluator.at(widths);
    if (start.value === Number.NEGATIVE_INFINITY) continue;
    // From a quarter of the price to four times it.
    const own = price * 2 ** (uniformInt(random, -20, 20) / 10);
    const point = climb(evaluator, options, start, { price: own, isNear: false });
    if (point.cost > budget) continue;
    const next = exchange(evaluator, options, fill(evaluator, options, point, budget), budget);
    if (best === undefined || better(next, best)) best = next;
  }
  return best;
}

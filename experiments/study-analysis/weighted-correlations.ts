// Pearson, Spearman and Kendall of pairs that count several times each: a resample is counts, nothing is sorted twice.

/** One column, sorted once. */
export interface Ranked {
  readonly values: Float64Array;
  /** Indices of the values in ascending order. */
  readonly order: Int32Array;
  /** Per index: which distinct value it has, 0 for the smallest. */
  readonly level: Int32Array;
  readonly levels: number;
}

export function ranked(values: ArrayLike<number>): Ranked {
  const copy = Float64Array.from(values);
  const order = Int32Array.from(copy, (_, i) => i).sort((a, b) => (copy[a] as number) - (copy[b] as number));
  const level = new Int32Array(copy.length);
  let levels = 0;
  order.forEach((index, at) => {
    const before = order[at - 1];
    if (before !== undefined && copy[index] !== copy[before]) levels++;
    level[index] = levels;
  });
  return { values: copy, order, level, levels: copy.length === 0 ? 0 : levels + 1 };
}

/** Pearson correlation; NaN for a constant. */
export function weightedPearson(x: Float64Array, y: Float64Array, counts: Int32Array): number {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < x.length; i++) {
    const count = counts[i] as number;
    n += count;
    sumX += count * (x[i] as number);
    sumY += count * (y[i] as number);
  }
  const [meanX, meanY] = [sumX / n, sumY / n];
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const count = counts[i] as number;
    const dx = (x[i] as number) - meanX;
    const dy = (y[i] as number) - meanY;
    xx += count * dx * dx;
    yy += count * dy * dy;
    xy += count * dx * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** How often each level occurs. */
function levelCounts({ level, levels }: Ranked, counts: Int32Array): Float64Array {
  const totals = new Float64Array(levels);
  for (let i = 0; i < level.length; i++) {
    const at = level[i] as number;
    totals[at] = (totals[at] as number) + (counts[i] as number);
  }
  return totals;
}

/** Midranks: equal values share the mean of their ranks. Their Pearson correlation is Spearman's. */
export function midranks(column: Ranked, counts: Int32Array): Float64Array {
  const totals = levelCounts(column, counts);
  let below = 0;
  for (let at = 0; at < totals.length; at++) {
    const total = totals[at] as number;
    totals[at] = below + (total + 1) / 2;
    below += total;
  }
  const { level } = column;
  const ranks = new Float64Array(level.length);
  for (let i = 0; i < level.length; i++) ranks[i] = totals[level[i] as number] as number;
  return ranks;
}

const pairsAmong = (count: number) => (count * (count - 1)) / 2;

/**
 * Kendall's τ-b (M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945) in O(n log n): along
 * x in ascending order, a Fenwick tree counts the y seen so far. NaN for a constant.
 */
export function weightedKendall(x: Ranked, y: Ranked, counts: Int32Array): number {
  const tree = new Float64Array(y.levels + 1);
  const add = (level: number, count: number) => {
    for (let at = level + 1; at <= y.levels; at += at & -at) tree[at] = (tree[at] as number) + count;
  };
  /** Of the y seen so far, those of a level below this one. */
  const below = (level: number) => {
    let total = 0;
    for (let at = level; at > 0; at -= at & -at) total += tree[at] as number;
    return total;
  };
  const { order, level } = x;
  let seen = 0;
  let score = 0;
  for (let start = 0; start < order.length; ) {
    const here = level[order[start] as number];
    let end = start;
    // Pairs of equal x are neither concordant nor discordant: count the group first, then add it.
    for (; end < order.length && level[order[end] as number] === here; end++) {
      const index = order[end] as number;
      const count = counts[index] as number;
      if (count === 0) continue;
      const at = y.level[index] as number;
      score += count * (below(at) - (seen - below(at + 1)));
    }
    for (; start < end; start++) {
      const index = order[start] as number;
      const count = counts[index] as number;
      if (count === 0) continue;
      add(y.level[index] as number, count);
      seen += count;
    }
  }
  const untied = (column: Ranked) => {
    let pairs = pairsAmong(seen);
    for (const count of levelCounts(column, counts)) pairs -= pairsAmong(count);
    return pairs;
  };
  return score / Math.sqrt(untied(x) * untied(y));
}

// An average over a period of channels, as weights of values at the counts there are.
/**
 * Width of the window in channels: one period of all that channel counts do to a kernel (blocks of 8 or 16 channels,
 * SIMD lanes, the remainders of the residual table), so that an average over it holds none of that.
 */
export const WINDOW_CHANNELS = 16;
const HALF = WINDOW_CHANNELS / 2;

/** Channel counts that a kernel can have: every one from `first` to `dense`, then every `step`-th. */
export interface ChannelLattice {
  readonly first: number;
  readonly dense: number;
  readonly step: number;
}

/** Weights of a function's values at channel counts of a lattice. */
interface WeightedCounts {
  readonly counts: readonly number[];
  readonly weights: readonly number[];
}

/** A smoothed function and its derivative at one place, each a weighted sum of the function's values. */
export interface SmoothingWindow {
  readonly mean: WeightedCounts;
  /** Per channel. */
  readonly slope: WeightedCounts;
}

const NEGLIGIBLE = 1e-12;

class WeightSum {
  private readonly byCount = new Map<number, number>();

  add(count: number, weight: number): void {
    this.byCount.set(count, (this.byCount.get(count) ?? 0) + weight);
  }

  scaled(factor: number): WeightedCounts {
    const kept = [...this.byCount].filter(([, weight]) => Math.abs(weight) > NEGLIGIBLE);
    return { counts: kept.map(([count]) => count), weights: kept.map(([, weight]) => weight * factor) };
  }
}

/** The neighbouring counts of the lattice around a place at or above its first. */
function segment({ first, dense, step }: ChannelLattice, place: number): [number, number] {
  if (place < dense) {
    const below = first + Math.floor(place - first);
    return [below, below + 1];
  }
  const below = dense + Math.floor((place - dense) / step) * step;
  return [below, below + step];
}

/** Adds the value at a place: linear between the counts of the lattice, point-symmetric about the first. */
function addValue(sum: WeightSum, lattice: ChannelLattice, place: number, factor: number): void {
  if (place < lattice.first) {
    sum.add(lattice.first, 2 * factor);
    addValue(sum, lattice, 2 * lattice.first - place, -factor);
    return;
  }
  const [below, above] = segment(lattice, place);
  const along = (place - below) / (above - below);
  sum.add(below, (1 - along) * factor);
  sum.add(above, along * factor);
}

/** Adds the integral from the lattice's first count to a place, negative below it. */
function addIntegral(sum: WeightSum, lattice: ChannelLattice, place: number, factor: number): void {
  const { first } = lattice;
  if (place < first) {
    sum.add(first, -2 * (first - place) * factor);
    addIntegral(sum, lattice, 2 * first - place, factor);
    return;
  }
  for (let at = first; at < place; ) {
    const [below, above] = segment(lattice, at);
    const end = Math.min(above, place);
    const length = end - below;
    const along = length / (above - below);
    sum.add(below, length * (1 - along / 2) * factor);
    sum.add(above, ((length * along) / 2) * factor);
    at = end;
  }
}

const windows = new Map<string, Map<number, SmoothingWindow>>();
/** Places whose windows are kept: whole channel counts, of which a network has few. */
const MAX_KEPT = 20_000;

/**
 * The average of a function over {@link WINDOW_CHANNELS} channels around a place, the function taken linear between the
 * counts of its lattice: continuously differentiable, its derivative the secant over the window. Below its first
 * count the function is continued point-symmetrically, so that the average there is its value, the derivative the secant
 * over the half of the window above, and a linear function is its own average everywhere.
 * @param place in channels, not necessarily whole
 */
export function smoothingWindow(lattice: ChannelLattice, place: number): SmoothingWindow {
  const key = `${lattice.first} ${lattice.dense} ${lattice.step}`;
  let ofLattice = windows.get(key);
  if (ofLattice === undefined) {
    ofLattice = new Map();
    windows.set(key, ofLattice);
  }
  const known = ofLattice.get(place);
  if (known !== undefined) return known;
  const mean = new WeightSum();
  addIntegral(mean, lattice, place + HALF, 1);
  addIntegral(mean, lattice, place - HALF, -1);
  const slope = new WeightSum();
  addValue(slope, lattice, place + HALF, 1);
  addValue(slope, lattice, place - HALF, -1);
  const made = { mean: mean.scaled(1 / WINDOW_CHANNELS), slope: slope.scaled(1 / WINDOW_CHANNELS) };
  if (Number.isInteger(place) && ofLattice.size < MAX_KEPT) ofLattice.set(place, made);
  return made;
}

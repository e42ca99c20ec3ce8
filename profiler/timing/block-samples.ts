// The rounds of a block, by case, as its loads deliver them.
import type { LoadSample } from './measure-networks.ts';

/** The rounds of a block, by case, as its loads deliver them. */
export class BlockSamples {
  private readonly samples = new Map<string, LoadSample[]>();

  constructor(ids: readonly string[], earlier: readonly LoadSample[]) {
    for (const id of ids) this.samples.set(id, []);
    for (const sample of earlier) this.add(sample);
  }

  add(sample: LoadSample): void {
    this.samples.get(sample.id)?.push(sample);
  }

  leaveOut(id: string): void {
    this.samples.delete(id);
  }

  of(id: string): readonly LoadSample[] {
    return this.samples.get(id) ?? [];
  }

  private nextRound(id: string): number {
    return (this.samples.get(id)?.at(-1)?.round ?? -1) + 1;
  }

  /**
   * The next round of each of these cases. Those that a process left in the middle of a round go on there; those of which
   * some had rounds without the others begin a round together.
   */
  next(ids: readonly string[]): Map<string, number> {
    const rounds = ids.map((id) => this.nextRound(id));
    const [first, last] = [Math.min(...rounds), Math.max(...rounds)];
    return new Map(ids.map((id, at) => [id, last - first > 1 ? last : (rounds[at] as number)]));
  }

  /** Number of the round in which a load of these cases begins. */
  begin(ids: readonly string[]): number {
    return Math.min(...this.next(ids).values());
  }

  /** Rounds that every case has. */
  get whole(): number {
    return Math.min(...[...this.samples.values()].map((each) => each.length));
  }

  /**
   * Loads that ended by themselves, or have at least this many rounds' worth of samples.
   * @param isCut whether a load that did not end lacks more than rounds
   */
  loadsOf(
    rounds: number,
    ended: ReadonlySet<number>,
    isCut: (load: number) => boolean = () => false,
  ): number {
    const counts = new Map([...ended].map((load) => [load, Number.POSITIVE_INFINITY]));
    for (const each of this.samples.values())
      for (const { load } of each) counts.set(load, (counts.get(load) ?? 0) + 1);
    const counting = [...counts].filter(([load]) => ended.has(load) || !isCut(load));
    return counting.filter(([, count]) => count >= rounds * this.samples.size).length;
  }

  get nextLoad(): number {
    let last = -1;
    for (const each of this.samples.values()) for (const { load } of each) last = Math.max(last, load);
    return last + 1;
  }
}

// How often the processes that measure a block died, and where.
import type { Stage } from './measure-load.ts';

/** A case on which this many processes have died in a row is left out. */
const MAX_DEATHS = 3;

const keyOf = (stage: Stage | null) => (stage === null ? 'start' : `${stage.step} ${stage.id ?? ''}`);

/** Deaths in a row at each stage: one that a later process passes was not to blame. */
export class Deaths {
  private readonly counts = new Map<string, number>();
  private current = keyOf(null);

  /** A process starts. */
  begin(): void {
    this.current = keyOf(null);
  }

  reached(stage: Stage): void {
    this.counts.delete(this.current);
    this.current = keyOf(stage);
  }

  /** @returns whether it was the last that this stage is granted */
  died(): boolean {
    const deaths = (this.counts.get(this.current) ?? 0) + 1;
    this.counts.set(this.current, deaths);
    return deaths >= MAX_DEATHS;
  }
}

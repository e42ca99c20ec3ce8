// Weights that are arranged as ours are only when they are asked for.
import type { Weights } from '../weights.ts';

/** Values that are computed when they are asked for. */
export interface LazyValues {
  readonly length: number;
  readonly make: () => Float32Array;
  /** Where they come from, and how they are arranged: those of one source arranged alike are the same. */
  readonly source?: { readonly constant: object; readonly arrangement: string };
}

/** Of one layer, by part. */
export type LayerWeights = Readonly<Record<string, Float32Array | LazyValues>>;

/** Weights that are arranged as ours are when they are first asked for: predicting a latency never does. */
export class LazyWeights implements Weights {
  private readonly sources: ReadonlyMap<string, LazyValues>;
  private readonly made = new Map<string, Float32Array>();

  constructor(sources: ReadonlyMap<string, LazyValues>) {
    this.sources = sources;
  }

  get size(): number {
    return this.sources.size;
  }

  get(name: string): Float32Array | undefined {
    const found = this.made.get(name) ?? this.sources.get(name)?.make();
    if (found !== undefined) this.made.set(name, found);
    return found;
  }

  has(name: string): boolean {
    return this.sources.has(name);
  }

  keys() {
    return this.sources.keys() as MapIterator<string>;
  }

  entries(): MapIterator<[string, Float32Array]> {
    return new Map([...this.keys()].map((name) => [name, this.get(name) as Float32Array])).entries();
  }

  *values(): MapIterator<Float32Array> {
    for (const [, values] of this.entries()) yield values;
  }

  forEach(callback: (values: Float32Array, name: string, map: Weights) => void): void {
    for (const [name, values] of this.entries()) callback(values, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, Float32Array]> {
    return this.entries();
  }
}

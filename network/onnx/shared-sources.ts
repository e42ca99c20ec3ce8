// Which weights of layers come from one tensor of the file, arranged alike.
import type { LazyValues } from './lazy-weights.ts';

/** The weights that each source went into. */
export class SharedSources {
  /** Weights that are another's values, by name. */
  readonly shared: Record<string, string> = {};
  private readonly uses = new Map<object, Map<string, string>>();

  /**
   * @param part what of a layer it is: a kernel of one kind of layer is no other's
   * @param name of the weight
   */
  note({ source }: LazyValues, part: string, name: string): void {
    if (source === undefined) return;
    const uses = this.uses.get(source.constant) ?? new Map<string, string>();
    this.uses.set(source.constant, uses);
    const key = `${part} ${source.arrangement}`;
    const first = uses.get(key);
    if (first === undefined) uses.set(key, name);
    else this.shared[name] = first;
  }
}

// Layers that round what they read to 8 bits, until they are part of those whose values they round.
import { WHOLE_RANGES } from '../element-types.ts';
import type { Activation } from '../layer.ts';
import type { StoredAs } from './view.ts';

const keyOf = ({ type, scale, zero }: StoredAs) => `${type} ${scale} ${zero}`;

/** A rounding as a layer: it cuts off at what its whole numbers reach, which rounding does anyway. */
export function roundingLayer({ type, scale, zero }: StoredAs): Omit<Activation, 'name' | 'inputs'> {
  const [least, most] = WHOLE_RANGES[type];
  return {
    kind: 'activation',
    activation: 'clip',
    least: (least - zero) * scale,
    most: (most - zero) * scale,
    types: { output: type },
  };
}

/** The roundings of one graph. */
export class Roundings {
  private readonly keys = new Map<string, string>();
  private readonly made = new Map<string, string>();

  /** Names of the layers that round and do nothing else. */
  get layers(): ReadonlySet<string> {
    return new Set(this.keys.keys());
  }

  /** The layer that rounds another so, if there is one: that one itself may. Rounded once, values stay as they are. */
  known(layer: string, stored: StoredAs): string | undefined {
    const key = keyOf(stored);
    return this.keys.get(layer) === key ? layer : this.made.get(`${layer} ${key}`);
  }

  /** @param name of the layer that rounds `layer` */
  note(layer: string, stored: StoredAs, name: string): void {
    const key = keyOf(stored);
    this.keys.set(name, key);
    this.made.set(`${layer} ${key}`, name);
  }
}

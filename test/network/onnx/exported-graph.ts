// Random graphs in the forms in which exporters write them, as a fast-check arbitrary of ONNX files.
import fc from 'fast-check';
import { seededNormals } from '../../../network/weights.ts';
import { type AttributeValue, float, type TinyModel, type TinyNode, tinyModel } from './tiny-model.ts';

export interface Map2d {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What a step draws from: numbers of any size, cut down by what they choose among. */
export interface Draw {
  readonly kind: string;
  readonly pick: number;
  readonly other: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Attributes = Readonly<Record<string, AttributeValue>>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A graph in the making: nodes, weights, and the maps made so far. */
export class GraphDraft {
  readonly nodes: TinyNode[] = [];
  readonly weights: Mutable<NonNullable<TinyModel['weights']>> = {};
  readonly maps: Map2d[] = [];
  readonly opset: number;
  private count = 0;

  constructor(opset: number) {
    this.opset = opset;
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.many(op, inputs, 1, attributes)[0] as string;
  }

  many(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    const name = `${op}_${this.count++}`;
    const made = Array.from({ length: outputs }, (_, i) => (i === 0 ? `${name}_out` : `${name}_out${i}`));
    this.nodes.push({ op, name, inputs, outputs: made, attributes });
    return made;
  }

  /** Small normal weights, the same for the same name and shape. */
  normal(dims: readonly number[], scale = 1, centre = 0): string {
    const name = `w_${this.count++}`;
    const count = dims.reduce((product, size) => product * size, 1);
    const values = Array.from(seededNormals(name, count, 3), (value) => Math.fround(centre + scale * value));
    this.weights[name] = { dims, values };
    return name;
  }

  /** Away from zero, as scales and variances are. */
  positive(dims: readonly number[]): string {
    const name = this.normal(dims, 0.3);
    const made = this.weights[name];
    if (made !== undefined)
      this.weights[name] = {
        dims,
        values: made.values.map((value) => Math.fround(0.5 + Math.abs(Number(value)))),
      };
    return name;
  }

  floats(...values: number[]): string {
    const name = `f_${this.count++}`;
    this.weights[name] = { dims: [values.length], values };
    return name;
  }

  number(value: number): string {
    const name = `n_${this.count++}`;
    this.weights[name] = { dims: [], values: [value] };
    return name;
  }

  whole(...values: number[]): string {
    const name = `i_${this.count++}`;
    this.weights[name] = { dims: [values.length], values: values.map(BigInt) };
    return name;
  }

  /** A map that later steps may read. */
  push(name: string, channels: number, height: number, width: number): Map2d {
    const map = { name, channels, height, width };
    this.maps.push(map);
    return map;
  }
}

/** A file, shown by its nodes where a property fails of it. */
export interface ExportedGraph {
  readonly bytes: Uint8Array;
}

/** A few whole numbers by their values, other weights by their shapes. */
function written(name: string, weights: NonNullable<TinyModel['weights']>): string {
  const weight = weights[name];
  if (weight === undefined) return name;
  const isShort = weight.values.length <= 8;
  return isShort ? `(${weight.values.join(' ')})` : `[${weight.dims}]`;
}

/** Makes nodes of one kind on a map; nothing where the map is too small for it. */
export type Step = (graph: GraphDraft, input: Map2d, draw: Draw, others: readonly Map2d[]) => void;

const FEW_CHANNELS = 24;

/** @param steps by the kinds that draws name */
export function graphs(
  steps: Readonly<Record<string, Step>>,
  ends: Readonly<Record<string, Step>>,
): fc.Arbitrary<ExportedGraph> {
  const draw = (kinds: readonly string[]) =>
    fc.record({
      kind: fc.constantFrom(...kinds),
      pick: fc.nat(999),
      other: fc.nat(999),
      a: fc.nat(999),
      b: fc.nat(999),
      c: fc.nat(999),
    });
  return fc
    .record({
      opset: fc.constantFrom(11, 13, 17, 18, 20),
      channels: fc.constantFrom(1, 3, 3, 4),
      height: fc.integer({ min: 6, max: 13 }),
      width: fc.integer({ min: 6, max: 13 }),
      isLast: fc.constantFrom(false, false, false, true),
      batch: fc.constantFrom<number | string>('batch', 1, 2),
      body: fc.array(draw(Object.keys(steps)), { minLength: 1, maxLength: 7 }),
      end: draw(Object.keys(ends)),
    })
    .map(({ opset, channels, height, width, isLast, batch, body, end }) => {
      const graph = new GraphDraft(opset);
      const sizes = isLast ? [height, width, channels] : [channels, height, width];
      const entry = isLast ? graph.node('Transpose', ['input'], { perm: [0, 3, 1, 2] }) : 'input';
      graph.push(entry, channels, height, width);
      for (const chosen of body) {
        const recent = graph.maps.slice(-3);
        const input = recent[chosen.pick % recent.length] as Map2d;
        if (input.channels > FEW_CHANNELS || input.height * input.width > 900) continue;
        const alike = graph.maps.filter(
          (map) =>
            map.height === input.height && map.width === input.width && map.channels === input.channels,
        );
        steps[chosen.kind]?.(graph, input, chosen, alike);
      }
      const last = graph.maps.at(-1) as Map2d;
      ends[end.kind]?.(graph, last, end, [last]);
      const bytes = tinyModel({
        nodes: graph.nodes,
        weights: graph.weights,
        inputs: { input: [batch, ...sizes] },
        outputs: [graph.nodes.at(-1)?.outputs?.[0] ?? 'input'],
        opset,
      });
      const lines = graph.nodes.map(
        ({ op, inputs, outputs, attributes }) =>
          `${outputs} = ${op}(${inputs.map((name) => written(name, graph.weights)).join(', ')}) ${JSON.stringify(attributes)}`,
      );
      const text = [`opset ${opset}, input [${batch}, ${sizes}]`, ...lines].join('\n');
      return { bytes, [fc.toStringMethod]: () => text };
    });
}

export { float };

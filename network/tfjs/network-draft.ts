// A network in the making while a layers model is read, and the layer about to be read.
import { UserError } from '../../records/user-error.ts';
import type { Layer } from '../layer.ts';
import { outputShape, type Shape } from '../shapes.ts';
import { type FlatLayer, type FlatTopology, pathOf, readersOf, type SourceLayer } from './flat-topology.ts';

/** Where a weight of ours is in the layers model. */
export interface WeightSource extends SourceLayer {
  /** Last part of the weight's name there: kernel, depthwise_kernel, pointwise_kernel, bias, gamma, … */
  readonly part: string;
}

/** What is read so far. */
export class NetworkDraft {
  readonly layers: Layer[] = [];
  readonly weights = new Map<string, WeightSource>();
  readonly zeros = new Set<string>();
  readonly owners = new Map<string, string>();
  /** By name in the flat topology: the layer of ours that makes its output. */
  readonly made = new Map<string, string>();
  readonly shapes = new Map<string, Shape>();
  /** Layers of the topology that make a map of one pixel where ours make a vector. */
  readonly pixels = new Set<string>();
  private readonly topology: FlatTopology;
  private readonly readers: ReadonlyMap<string, readonly FlatLayer[]>;

  constructor(topology: FlatTopology) {
    this.topology = topology;
    this.readers = readersOf(topology);
  }

  /** Whether nothing but layers of that class read a layer of the topology. */
  isReadOnlyBy(name: string, className: string): boolean {
    const readers = this.readers.get(name) ?? [];
    if (readers.length === 0 || this.topology.outputs.includes(name)) return false;
    return readers.every((reader) => reader.className === className);
  }
}

/** A layer of the topology about to be read, and what it reads. */
export class LayerSite {
  readonly layer: FlatLayer;
  readonly name: string;
  /** Names of our layers. */
  readonly inputs: readonly string[];
  readonly draft: NetworkDraft;

  constructor(layer: FlatLayer, draft: NetworkDraft) {
    this.layer = layer;
    this.name = layer.name;
    this.draft = draft;
    this.inputs = layer.inputs.map((name) => draft.made.get(name) as string);
  }

  fail(got: string, expected: string, fix: string): never {
    const { source, className } = this.layer;
    throw new UserError({ got: `${got} layer ${pathOf(source)} (${className})`, expected, fix });
  }

  /** Its only input. @throws UserError if there are several */
  get input(): string {
    const [input] = this.inputs;
    if (input !== undefined && this.inputs.length === 1) return input;
    return this.fail(`${this.inputs.length} inputs to`, 'one', 'correct the topology');
  }

  /** Its only input, which is a map. @throws UserError if it is flat */
  get map(): string {
    const { input } = this;
    if (!this.shapeOf(input).flat) return input;
    return this.fail('a flat input to', 'a map of [height, width, channels]', 'correct the topology');
  }

  /** Its inputs, all maps or all flat. @throws UserError if they are mixed, or there are none */
  get alike(): readonly string[] {
    if (this.inputs.length === 0) return this.fail('no inputs to', 'one or more', 'correct the topology');
    const flat = this.inputs.filter((input) => this.shapeOf(input).flat).length;
    if (flat === 0 || flat === this.inputs.length) return this.inputs;
    return this.fail('flat inputs and maps to', 'all of one rank', 'flatten the maps before it');
  }

  shapeOf(tensor: string): Shape {
    return this.draft.shapes.get(tensor) as Shape;
  }

  /** The last axis of a tensor, batch included. */
  lastAxis(tensor: string): number {
    return this.shapeOf(tensor).flat ? 1 : 3;
  }

  /**
   * Appends a layer of ours.
   * @param weights parts of its weights, and what they are called in the layers model; null for zeros
   * @returns its name
   */
  add(layer: Layer, weights: Readonly<Record<string, string | null>> = {}): string {
    const { source } = this.layer;
    this.draft.layers.push(layer);
    this.draft.shapes.set(
      layer.name,
      outputShape(
        layer,
        layer.inputs.map((name) => this.shapeOf(name)),
      ),
    );
    this.draft.owners.set(layer.name, pathOf(source));
    for (const [part, theirs] of Object.entries(weights)) {
      const name = `${layer.name}/${part}`;
      if (theirs === null) this.draft.zeros.add(name);
      else this.draft.weights.set(name, { ...source, part: theirs });
    }
    return layer.name;
  }
}

/** Reads one class of layers; returns the name of our layer that makes its output. */
export type LayerReader = (site: LayerSite) => string;

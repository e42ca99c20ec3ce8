// Reads a layers model from its model.json and the weight files beside it.
import { dirname } from 'node:path';
import { readJsonFile } from '../../records/json-file.ts';
import type { FileAdvice } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';
import type { Network } from '../network.ts';
import { type LazyValues, LazyWeights } from '../onnx/lazy-weights.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { pathOf } from './flat-topology.ts';
import { keras2Topology } from './keras-3.ts';
import { numberedNames } from './keras-weight-names.ts';
import type { WeightSource } from './network-draft.ts';
import { type LayersModelReading, readLayersModel } from './read-layers-model.ts';
import { listsWeights, readStoredWeights, type StoredWeight } from './stored-weights.ts';
import { readTopology } from './topology.ts';

/** A model that was saved with its weights. */
export interface LayersModelFile {
  readonly network: Network;
  /** All of `weightShapes`. */
  readonly weights: Weights;
}

const ADVICE: FileAdvice = {
  expected: 'the model.json of a layers model',
  fix: 'save the model again with model.save of tfjs, or convert it with tensorflowjs_converter',
};

/** Parts of weights that Keras 3 calls otherwise. */
const KERAS_3_PARTS: Readonly<Record<string, string>> = { depthwise_kernel: 'kernel' };

/** The weight whose name ends so with the least before it; none if two have as little. */
function shortest(weights: readonly StoredWeight[], ending: string): StoredWeight | undefined {
  const ends = weights
    .filter(({ name }) => name.endsWith(ending))
    .sort((a, b) => a.name.length - b.name.length);
  const [first, second] = ends;
  return first?.name.length === second?.name.length ? undefined : first;
}

/** Weights of a file by name, each to be taken once. */
class WeightShelf {
  private readonly left = new Map<string, StoredWeight>();
  private readonly label: string;

  constructor(stored: readonly StoredWeight[], label: string) {
    this.label = label;
    for (const weight of stored) {
      if (this.left.has(weight.name)) this.fail(`two weights ${weight.name}`, 'one of each name');
      this.left.set(weight.name, weight);
    }
  }

  private fail(got: string, expected: string): never {
    throw new UserError({ got: `${this.label} with ${got}`, expected, fix: ADVICE.fix });
  }

  /**
   * As its layer names it, with the models it is in before it or without; TensorFlow 2.2 has a cell's name within, Keras
   * 3 the names of the models it was built in before.
   */
  private named(source: WeightSource): StoredWeight | undefined {
    const full = `${pathOf(source)}/${source.part}`;
    const short = `${source.layer}/${source.part}`;
    const found = this.left.get(full) ?? this.left.get(short);
    if (found !== undefined) return found;
    const left = [...this.left.values()];
    const inCell = left.find(({ name }) => name.split('/').toSpliced(-2, 1).join('/') === short);
    return inCell ?? shortest(left, `/${full}`) ?? shortest(left, `/${short}`);
  }

  /** @param numbered what it is called in a converted .keras file */
  take(source: WeightSource, expected: readonly number[], numbered: string): LazyValues {
    const alias = KERAS_3_PARTS[source.part];
    const weight =
      this.named(source) ??
      this.left.get(numbered) ??
      (alias === undefined ? undefined : this.named({ ...source, part: alias }));
    const name = `${pathOf(source)}/${source.part}`;
    if (weight === undefined) return this.fail(`no weight ${name}`, `one of [${expected}]`);
    // A dense layer that is read as a convolution has a kernel without its height and width of 1.
    const plain = (shape: readonly number[]) => shape.join().replace(/^(1,)+/, '');
    if (plain(weight.shape) !== plain(expected)) {
      this.fail(`weight ${name} of [${weight.shape}]`, `[${expected}]`);
    }
    this.left.delete(weight.name);
    return weight;
  }

  /** A weight that no layer has means that weights and topology are of two models. */
  checkEmpty(): void {
    const [name] = this.left.keys();
    if (name !== undefined) this.fail(`weight ${name}`, 'weights of its layers alone');
  }
}

function weightsOf(file: unknown, reading: LayersModelReading, shelf: WeightShelf): Weights {
  const weights = new Map<string, LazyValues>();
  const numbered = numberedNames(readTopology(file), reading);
  for (const { name, shape } of weightShapes(reading.network)) {
    const source = reading.weights.get(name);
    const length = shape.reduce((a, b) => a * b, 1);
    if (source !== undefined) weights.set(name, shelf.take(source, shape, numbered.get(name) ?? ''));
    else if (reading.zeros.has(name)) weights.set(name, { length, make: () => new Float32Array(length) });
    else throw new Error(`weight ${name} has no source`);
  }
  shelf.checkEmpty();
  return new LazyWeights(weights);
}

/**
 * Reads a layers model from its model.json, its weights where it lists any; a topology alone has none.
 * @throws UserError as {@link readLayersModelFile}
 */
export function openLayersModelFile(path: string): { network: Network; weights?: Weights } {
  const file = readJsonFile(path, ADVICE);
  const reading = readLayersModel(file);
  const { network } = reading;
  if (!listsWeights(file)) return { network };
  const stored = readStoredWeights(file, dirname(path), ADVICE, path);
  return { network, weights: weightsOf(file, reading, new WeightShelf(stored, path)) };
}

/**
 * The topology in a model.json, in the form that tfjs reads whatever wrote it.
 * @throws UserError for a file that is missing or broken
 */
export function keras2File(path: string): unknown {
  const file = readJsonFile(path, ADVICE);
  return keras2Topology((file as { modelTopology?: unknown } | null)?.modelTopology ?? file);
}

/**
 * Reads a layers model from its model.json and the weight files beside it: float32 weights, also quantized to float16,
 * uint16 or uint8, read when they are asked for; an optimizer's are passed over.
 * @param path of the model.json
 * @throws UserError as {@link readLayersModel}; for files that are missing or broken, with both numbers of bytes; for
 * weights that are missing, left over, or of another type or shape, with their names
 */
export function readLayersModelFile(path: string): LayersModelFile {
  const { network, weights } = openLayersModelFile(path);
  if (weights !== undefined) return { network, weights };
  throw new UserError({ got: `${path} with no weightsManifest`, ...ADVICE });
}

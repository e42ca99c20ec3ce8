// A model file in an ONNX Runtime session as it is, fed with random inputs of its own types.
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Input } from '../../../network/layer.ts';
import type { Network } from '../../../network/network.ts';
import { dimAt } from '../../../network/tensor-type.ts';
import { seededNormals } from '../../../network/weights.ts';
import { UserError } from '../../../records/user-error.ts';
import type { FileOptions, TimedNetwork } from '../engine.ts';
import { INPUT_SEED, timedRun } from './network.ts';
import type { OrtModule } from './ort-module.ts';

type TensorMetadata = Extract<InferenceSession.ValueMetadata, { isTensor: true }>;
type Values = Tensor['data'];

/** Exponent and mantissa of float16 values from 0.5 up to below 2. */
const HALVES = { least: 0x3800, count: 0x0800 } as const;

/** Random values of ONNX's types; whole numbers are small, so that they are valid as indices too. */
const MAKERS: Readonly<Record<string, (normals: Float32Array) => Values>> = {
  float32: (normals) => normals,
  float64: (normals) => Float64Array.from(normals),
  float16: (normals) =>
    Uint16Array.from(normals, (x) => HALVES.least + (Math.floor(Math.abs(x) * 1e4) % HALVES.count)),
  uint8: (normals) => Uint8Array.from(normals, (x) => Math.floor(Math.abs(x) * 1e4) % 256),
  int8: (normals) => Int8Array.from(normals, (x) => (Math.floor(Math.abs(x) * 1e4) % 256) - 128),
  int32: (normals) => Int32Array.from(normals, (x) => (x > 0 ? 1 : 0)),
  int64: (normals) => BigInt64Array.from(normals, (x) => (x > 0 ? 1n : 0n)),
  bool: (normals) => Uint8Array.from(normals, () => 1),
};

/**
 * Sizes of an input, those that the file leaves open as the network has them: the batch first, then what the image has,
 * channels first or last as the sizes that are fixed tell.
 * @throws UserError for a fixed batch that is another, and for an open size that nothing tells
 */
export function inputSizes(
  shape: readonly (number | string)[],
  image: Input | undefined,
  { path, batch, name }: { path: string; batch: number; name: string },
): number[] {
  const [first = batch] = shape;
  if (typeof first === 'number' && first > 0 && first !== batch) {
    throw new UserError({
      got: `${path} at batch ${batch}`,
      expected: `batch ${first}, which the file's input '${name}' is fixed at`,
      fix: `give --batch ${first}, or --deployed to time the network as we rewrite it`,
    });
  }
  const { height = 0, width = 0, channels = 0 } = image ?? {};
  const isFixed = (size: number | string | undefined): size is number => typeof size === 'number' && size > 0;
  const fits = (sizes: readonly number[]) =>
    shape.length === sizes.length && shape.every((size, i) => i === 0 || !isFixed(size) || size === sizes[i]);
  const orders = [
    [batch, channels, height, width],
    [batch, height, width, channels],
  ];
  const known = orders.find(fits);
  return shape.map((size, i) => {
    const found = i === 0 ? batch : isFixed(size) ? size : known?.[i];
    if (found !== undefined && found > 0) return found;
    throw new UserError({
      got: `${path}, whose input '${name}' has no fixed size ${i} ('${size}')`,
      expected: 'sizes that are fixed, but for the batch',
      fix: 'export the model with them, or give --deployed to time the network as we rewrite it',
    });
  });
}

/** The input layer of an input: of its name, as layers spell it, or in its place. */
function imageOf(network: Network, name: string, index: number): Input | undefined {
  const images = network.layers.filter((layer): layer is Input => layer.kind === 'input');
  return images.find((layer) => layer.name === name) ?? images[index];
}

/** Inputs as the file declares them. @throws UserError for a type that has no random values, and as {@link inputSizes} */
export function fileFeeds(
  ort: OrtModule,
  session: InferenceSession,
  { path, network, batch }: FileOptions,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  session.inputNames.forEach((name, index) => {
    const metadata = session.inputMetadata[index];
    const { type, shape } = (metadata?.isTensor === true ? metadata : {}) as Partial<TensorMetadata>;
    const make = MAKERS[type ?? ''];
    if (type === undefined || shape === undefined || make === undefined) {
      throw new UserError({
        got: `${path} with input '${name}' of type ${type ?? 'unknown'}`,
        expected: `one of ${Object.keys(MAKERS).join(', ')}`,
        fix: 'export the model with such an input, or give --deployed to time the network as we rewrite it',
      });
    }
    const layer = imageOf(network, name, index);
    const dims =
      layer?.tensor === undefined
        ? inputSizes(shape, layer, { path, batch, name })
        : layer.tensor.dims.map((dim) => dimAt(dim, batch));
    const count = dims.reduce((product, size) => product * size, 1);
    feeds[name] = new ort.Tensor(type, make(seededNormals(name, count, INPUT_SEED)) as never, dims);
  });
  return feeds;
}

/** A file in a session, its inputs the same at every run. */
export class FileNetwork implements TimedNetwork {
  private readonly session: InferenceSession;
  private readonly feeds: Record<string, Tensor>;

  constructor(ort: OrtModule, session: InferenceSession, options: FileOptions) {
    this.session = session;
    this.feeds = fileFeeds(ort, session, options);
  }

  run(): Promise<number> {
    return timedRun(this.session, this.feeds);
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

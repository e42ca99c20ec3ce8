// A network in an ONNX Runtime session: timed on fixed random inputs, or run on given ones.
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { floatToHalf, halfToFloat } from '../../../network/half-float.ts';
import type { Layer } from '../../../network/layer.ts';
import { layerNamed, type Network } from '../../../network/network.ts';
import { inferShapes, type Shape } from '../../../network/shapes.ts';
import { seededNormals } from '../../../network/weights.ts';
import type { LoadedNetwork } from '../engine.ts';
import { nchwFromNhwc, nhwcFromNchw } from './data-layout.ts';
import type { OrtModule } from './ort-module.ts';

export const INPUT_SEED = 1;

/** Values of an input, in halves where its layer has them. */
function floatTensor(
  ort: OrtModule,
  values: Float32Array,
  dims: readonly number[],
  { types }: Layer,
): Tensor {
  if (types?.output !== 'float16') return new ort.Tensor('float32', values, dims);
  return new ort.Tensor('float16', Uint16Array.from(values, floatToHalf), dims);
}

/** Values of an output, whatever it has them in. */
function floatsOf({ type, data }: Tensor): Float32Array {
  if (type !== 'float16' || !(data instanceof Uint16Array)) return data as Float32Array;
  return Float32Array.from(data, halfToFloat);
}

/** Runs on a GPU one after another: ONNX Runtime's WebGPU provider crashes when two overlap. */
let lastRun: Promise<unknown> = Promise.resolve();

export function alone<T>(run: () => Promise<T>): Promise<T> {
  const mine = lastRun.then(run);
  lastRun = mine.catch(() => undefined);
  return mine;
}

/** Wall time of one inference, in µs. */
export function timedRun(session: InferenceSession, feeds: Record<string, Tensor>): Promise<number> {
  return alone(async () => {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    return Number(process.hrtime.bigint() - start) / 1e3;
  });
}

function randomFeeds(ort: OrtModule, network: Network, batch: number): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const layer of network.layers) {
    if (layer.kind !== 'input') continue;
    const values = seededNormals(layer.name, batch * layer.height * layer.width * layer.channels, INPUT_SEED);
    const dims = [batch, layer.channels, layer.height, layer.width];
    feeds[layer.name] = floatTensor(ort, values, dims, layer);
  }
  return feeds;
}

/** A network as a session, fed with the same random inputs at every timed run. */
export class OnnxruntimeNetwork implements LoadedNetwork {
  private readonly ort: OrtModule;
  private readonly session: InferenceSession;
  private readonly network: Network;
  private readonly batch: number;
  private readonly feeds: Record<string, Tensor>;

  constructor(ort: OrtModule, session: InferenceSession, network: Network, batch: number) {
    this.ort = ort;
    this.session = session;
    this.network = network;
    this.batch = batch;
    this.feeds = randomFeeds(ort, network, batch);
  }

  run(): Promise<number> {
    return timedRun(this.session, this.feeds);
  }

  async infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
    const shapes = inferShapes(this.network);
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of inputs) {
      const shape = shapes.get(name) as Shape;
      const dims = [this.batch, shape.channels, shape.height, shape.width];
      const layer = layerNamed(this.network, name);
      feeds[name] = floatTensor(this.ort, nchwFromNhwc(values, this.batch, shape), dims, layer);
    }
    const results = await alone(() => this.session.run(feeds));
    const outputs = new Map<string, Float32Array>();
    for (const name of this.network.outputs) {
      const shape = shapes.get(name) as Shape;
      outputs.set(name, nhwcFromNchw(floatsOf(results[name] as Tensor), this.batch, shape));
    }
    return outputs;
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

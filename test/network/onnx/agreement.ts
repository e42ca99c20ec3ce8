import { readFileSync } from 'node:fs';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import type { Network } from '../../../network/network.ts';
import { inferShapes, type Shape } from '../../../network/shapes.ts';
import { seededNormals, type Weights } from '../../../network/weights.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { nchwFromNhwc, nhwcFromNchw } from '../../../profiler/engines/onnxruntime/data-layout.ts';
import type { OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';

const INPUT_SEED = 5;
/** Where the file leaves it open. */
const BATCH = 2;

/** What ONNX Runtime computes of a file, in our layout, of the inputs that it got. */
export interface Original {
  readonly batch: number;
  readonly inputs: ReadonlyMap<string, Float32Array>;
  /** In the order of the network's outputs. */
  readonly outputs: readonly Float32Array[];
}

/** Runs the file itself. Inputs and outputs of rank 4 with our channels last are in our layout already. */
export async function runOriginal(ort: OrtModule, path: string, network: Network): Promise<Original> {
  const session = await ort.InferenceSession.create(readFileSync(path), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const shapes = inferShapes(network);
  const layers = network.layers.filter(({ kind }) => kind === 'input');
  const sizesOf = (index: number) => {
    const found = session.inputMetadata[index];
    if (found?.isTensor !== true) throw new Error(`input ${index} of ${path} is no tensor`);
    return found.shape;
  };
  const first = sizesOf(0)[0];
  const batch = typeof first === 'number' ? first : BATCH;
  const isLast = (dims: readonly unknown[], { height, width, channels }: Shape) =>
    dims.slice(1).join() === [height, width, channels].join();
  const inputs = new Map<string, Float32Array>();
  const feeds: Record<string, InstanceType<OrtModule['Tensor']>> = {};
  layers.forEach((layer, index) => {
    const shape = shapes.get(layer.name) as Shape;
    const dims = [batch, ...sizesOf(index).slice(1)] as number[];
    const values = seededNormals(
      layer.name,
      dims.reduce((a, b) => a * b),
      INPUT_SEED,
    );
    inputs.set(layer.name, values);
    const theirs = isLast(dims, shape) ? values : nchwFromNhwc(values, batch, shape);
    feeds[session.inputNames[index] as string] = new ort.Tensor('float32', theirs, dims);
  });
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name, index) => {
    const shape = shapes.get(network.outputs[index] as string) as Shape;
    const result = results[name];
    if (result === undefined) throw new Error(`no output ${name}`);
    const values = result.data as Float32Array;
    return isLast(result.dims, shape) ? values : nhwcFromNchw(values, batch, shape);
  });
  await session.release();
  return { batch, inputs, outputs };
}

/** Largest difference of any output, as a fraction of that output's largest value. */
export async function differenceOn(
  engine: Engine,
  network: Network,
  weights: Weights,
  { batch, inputs, outputs }: Original,
): Promise<number> {
  const loaded = await engine.load(deployedNetwork(network), {
    batch,
    weights: deployedWeights(network, weights),
  });
  const computed = await loaded.infer(inputs);
  await loaded.dispose();
  const differences = outputs.map((expected, index) => {
    const values = computed.get(network.outputs[index] as string);
    if (values?.length !== expected.length)
      throw new Error(`${values?.length} values, not ${expected.length}`);
    const largest = Math.max(...expected.map(Math.abs));
    if (!(largest > 0)) throw new Error('zeros agree with anything');
    return Math.max(...expected.map((value, i) => Math.abs(value - (values[i] as number)))) / largest;
  });
  return Math.max(...differences);
}

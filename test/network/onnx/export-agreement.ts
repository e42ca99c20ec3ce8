// How far what we write of an ONNX file is from the file, both run by ONNX Runtime.
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import type { OnnxReading } from '../../../network/onnx/read.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { inferShapes, type Shape } from '../../../network/shapes.ts';
import { seededNormals } from '../../../network/weights.ts';
import { nchwFromNhwc, nhwcFromNchw } from '../../../profiler/engines/onnxruntime/data-layout.ts';
import type { OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';

const OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} as const;

/** Whether sizes behind the batch are height, width and channels, as ours are, and not ONNX's own. */
function isLast(dims: readonly unknown[], { height, width, channels }: Shape): boolean {
  return (
    dims.length === 4 &&
    dims.slice(1).join() === [height, width, channels].join() &&
    dims.slice(1).join() !== [channels, height, width].join()
  );
}

/**
 * Largest difference of any output, as a fraction of that output's largest value, or of 1 where that is less.
 * @param level of optimization that both are run at; none of the file, and all of what we write, by default
 */
export async function exportDifference(
  ort: OrtModule,
  bytes: Uint8Array,
  { network, weights, batch: fixed }: OnnxReading,
  level?: 'disabled' | 'all',
): Promise<number> {
  const batch = fixed ?? 2;
  const ours = writeOnnx(deployedNetwork(network), deployedWeights(network, weights), batch);
  // As it is: an optimizer takes zeros before a max pool for none.
  const theirs = await ort.InferenceSession.create(bytes, {
    ...OPTIONS,
    graphOptimizationLevel: level ?? 'disabled',
  });
  const written = await ort.InferenceSession.create(ours, {
    ...OPTIONS,
    graphOptimizationLevel: level ?? 'all',
  });
  const shapes = inferShapes(network);
  const feeds: Record<string, InstanceType<OrtModule['Tensor']>> = {};
  const ownFeeds: Record<string, InstanceType<OrtModule['Tensor']>> = {};
  network.layers
    .filter(({ kind }) => kind === 'input')
    .forEach((layer, index) => {
      const shape = shapes.get(layer.name) as Shape;
      const { height, width, channels } = shape;
      const metadata = theirs.inputMetadata[index];
      if (metadata?.isTensor !== true) throw new Error(`input ${index} is no tensor`);
      const last = isLast(metadata.shape, shape);
      const values = seededNormals(layer.name, batch * height * width * channels, 7);
      const ownDims = [batch, channels, height, width];
      const dims = last ? [batch, height, width, channels] : ownDims;
      const own = last ? nchwFromNhwc(values, batch, shape) : values;
      feeds[theirs.inputNames[index] as string] = new ort.Tensor('float32', values, dims);
      ownFeeds[written.inputNames[index] as string] = new ort.Tensor('float32', own, ownDims);
    });
  const expected = await theirs.run(feeds);
  const computed = await written.run(ownFeeds);
  const differences = network.outputs.map((name, index) => {
    const result = expected[theirs.outputNames[index] as string];
    const own = computed[written.outputNames[index] as string];
    if (result === undefined || own === undefined) throw new Error(`no output ${index}`);
    const right = Array.from(result.data as Float32Array, Number);
    const flat = Float32Array.from(Array.from(own.data as Float32Array, Number));
    const shape = shapes.get(name) as Shape;
    const values = isLast(result.dims, shape) ? nhwcFromNchw(flat, batch, shape) : flat;
    if (values.length !== right.length) throw new Error(`${values.length} values, not ${right.length}`);
    const largest = Math.max(1e-3, ...right.map(Math.abs));
    return Math.max(...right.map((value, i) => Math.abs(value - (values[i] as number)))) / largest;
  });
  await theirs.release();
  await written.release();
  return Math.max(...differences);
}

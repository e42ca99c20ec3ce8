import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import type { Input } from '../../../network/layer.ts';
import { type OnnxReading, readOnnx } from '../../../network/onnx/read.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { onnxSizes } from '../../../network/tensor-shape.ts';
import { seededNormals } from '../../../network/weights.ts';
import type { OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { inputShape, randomTensor } from '../../../profiler/engines/onnxruntime/tensor-values.ts';

/** What a session makes of the same inputs, in the order of its outputs. */
async function outputsOf(session: InferenceSession, feeds: readonly Tensor[]): Promise<Tensor[]> {
  const results = await session.run(
    Object.fromEntries(session.inputNames.map((name, i) => [name, feeds[i] as Tensor])),
  );
  return session.outputNames.map((name) => results[name] as Tensor);
}

/** Largest difference of any output of what is written of a file to the file's own, by its largest value. */
export async function differenceOf(
  ort: OrtModule,
  bytes: Uint8Array,
  { network, weights }: OnnxReading,
  batch: number,
): Promise<number> {
  const deployed = deployedNetwork(network);
  const written = writeOnnx(deployed, deployedWeights(network, weights), batch);
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const original = await ort.InferenceSession.create(bytes, options);
  const own = await ort.InferenceSession.create(written, options);
  const feeds = network.layers
    .filter((layer): layer is Input => layer.kind === 'input')
    .map((layer) => {
      const count = onnxSizes(inputShape(layer), batch).reduce((product, size) => product * size, 1);
      return randomTensor(ort, layer, seededNormals(layer.name, count, 5), batch);
    });
  const expected = await outputsOf(original, feeds);
  const computed = await outputsOf(own, feeds);
  await Promise.all([original.release(), own.release()]);
  const differences = expected.map((tensor, i) => {
    const values = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
    const others = Array.from(computed[i]?.data as ArrayLike<number | bigint>, Number);
    if (others.length !== values.length) throw new Error(`${others.length} values, not ${values.length}`);
    const largest = Math.max(...values.map(Math.abs));
    if (!(largest > 0)) throw new Error('zeros agree with anything');
    return Math.max(...values.map((value, k) => Math.abs(value - (others[k] as number)))) / largest;
  });
  return Math.max(...differences);
}

/** Reads a file, and compares what is written of it with the file itself. */
export async function readAndCompare(
  ort: OrtModule,
  bytes: Uint8Array,
  { batch = 1, dims = {} as Record<string, number> } = {},
): Promise<OnnxReading & { readonly difference: number }> {
  const reading = readOnnx(bytes, 'made', { label: 'made.onnx', dims });
  return { ...reading, difference: await differenceOf(ort, bytes, reading, batch) };
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import type { Network } from '../../../network/network.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { inferShapes } from '../../../network/shapes.ts';
import { seededNormals, seededWeights } from '../../../network/weights.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { nhwcFromNchw } from '../../../profiler/engines/onnxruntime/data-layout.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import { anyOutputs } from '../any-network.ts';

let engine: Engine;
let ort: OrtModule;
beforeAll(async () => {
  engine = await engineNamed('onnxruntime').open({ threads: 1 });
  ort = await importOnnxruntime();
});
afterAll(() => engine.close());

const RUNS = Number(process.env.MORPHLINE_GRAPHS ?? 300);
/** Networks in which ONNX Runtime may fuse otherwise than the lowering has it. */
const MOST_OTHERWISE = 0.02;

/** Outputs of the network as written, nothing optimized, in our layout. */
async function asWritten(network: Network, inputs: ReadonlyMap<string, Float32Array>) {
  const bytes = writeOnnx(network, seededWeights(network, 1), 1);
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const shapes = inferShapes(network);
  const feeds = Object.fromEntries(
    [...inputs].map(([name, values]) => {
      const { height = 0, width = 0, channels = 0 } = shapes.get(name) ?? {};
      const image = nhwcFromNchw(values, 1, {
        height: channels,
        width: 1,
        channels: height * width,
        flat: false,
      });
      return [name, new ort.Tensor('float32', image, [1, channels, height, width])];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    network.outputs.map((name) => [
      name,
      nhwcFromNchw(results[name]?.data as Float32Array, 1, shapes.get(name) as never),
    ]),
  );
}

test('random networks run as lowered, and compute deployed what they compute as written', async () => {
  const otherwise: string[] = [];
  await fc.assert(
    fc.asyncProperty(anyOutputs, async (network) => {
      const deployed = deployedNetwork(network);
      const weights = deployedWeights(network, seededWeights(network, 1));
      const inputs = new Map([['input', seededNormals('input', 6 * 6 * 3, 3)]]);
      const loaded = await engine.load(deployed, { batch: 1, weights });
      const computed = await loaded.infer(inputs);
      await loaded.dispose();
      for (const [index, [name, expected]] of [...(await asWritten(network, inputs))].entries()) {
        const values = computed.get(deployed.outputs[index] as string);
        expect(values?.length, name).toBe(expected.length);
        const largest = Math.max(1e-3, ...expected.map(Math.abs));
        const off = Math.max(...expected.map((value, i) => Math.abs(value - (values?.[i] ?? Number.NaN))));
        expect(off / largest, name).toBeLessThan(1e-3);
      }
      const profiled = await engine.loadProfiled(deployed, { batch: 1, weights });
      await profiled.run();
      const [timings = []] = await profiled.finish();
      const title = ({ name, op }: { name: string; op: string }) => `${op} ${name}`;
      const ran = timings.map(({ kernel }) => title(kernel)).join(', ');
      const foreseen = new Lowering(deployed, engine.rules).kernels().map(title).join(', ');
      if (ran !== foreseen) {
        const drawn = network.layers.map(({ kind, name, inputs: from }) => `${kind} ${name}<${from.join()}>`);
        otherwise.push(
          `${drawn.join(' ')} → ${network.outputs.join()}\n  foreseen ${foreseen}\n  ran      ${ran}`,
        );
      }
    }),
    { numRuns: RUNS, seed: 1 },
  );
  if (process.env.MORPHLINE_GRAPHS !== undefined) console.log(otherwise.length, otherwise.join('\n'));
  expect(otherwise.length, otherwise.join('\n')).toBeLessThanOrEqual(MOST_OTHERWISE * RUNS);
}, 600_000);

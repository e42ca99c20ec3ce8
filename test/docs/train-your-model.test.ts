import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { loadLayersModel, readModelFile } from '../../index.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';
import { codeBlocks, runCode } from '../support/page-code.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

interface PageResult {
  readonly budget: number;
  readonly fullUs: number;
  readonly smaller: tf.LayersModel;
  readonly rows: readonly { name: string; predicted_us: number; accuracy: number; weights: number }[];
}

test("the page's program cuts a model to its budget, keeps it accurate, and saves it", async () => {
  const code = codeBlocks('docs/train-your-model.md')
    .join('\n')
    .replaceAll('runs/mine', folder)
    .replace('openTrainingEngine()', "openTrainingEngine('wasm')");
  expect(code).toContain(folder);
  const result = '{ budget, fullUs, smaller, rows }';
  const { budget, fullUs, smaller, rows } = (await runCode(code, result, {
    console: { table() {} },
  })) as PageResult;
  expect(budget).toBeCloseTo(0.7 * fullUs, 6);
  expect(rows.map(({ name }) => name)).toEqual(['cut', 'smaller']);
  for (const { predicted_us, accuracy, weights } of rows) {
    expect(predicted_us).toBeLessThanOrEqual(budget);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(weights).toBeLessThan(7000);
  }
  // 24 and 32 channels at first: both leaky ReLU and swish let go of some.
  const filters = smaller.layers
    .filter((layer) => layer.getClassName() === 'Conv2D')
    .map((layer) => layer.getConfig().filters as number);
  expect(filters[0]).toBeLessThanOrEqual(24);
  expect((filters[0] as number) + (filters[1] as number)).toBeLessThan(50);

  const again = await loadLayersModel(join(folder, 'model.json'));
  const x = tf.randomNormal([2, 16, 16, 1], 0, 1, 'float32', 3);
  const [before, after] = [smaller, again].map((model) => (model.predict(x) as tf.Tensor).dataSync());
  expect(after).toEqual(before);
  expect(readModelFile(join(folder, 'model.onnx')).network.layers.length).toBeGreaterThan(5);
});

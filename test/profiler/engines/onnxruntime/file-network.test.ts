import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../../../../network/layer.ts';
import { readModelFile } from '../../../../network/model-file.ts';
import type { Engine } from '../../../../profiler/engines/engine.ts';
import { inputSizes } from '../../../../profiler/engines/onnxruntime/file-network.ts';
import { engineNamed } from '../../../../profiler/engines/registry.ts';
import { type TinyModel, tinyModel } from '../../../network/onnx/tiny-model.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const folder = temporaryFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await engineNamed('onnxruntime').open({ threads: 1 });
});
afterAll(() => engine.close());

const values = (...dims: number[]) => ({
  dims,
  values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
});
const ones = (count: number) => ({ dims: [count], values: new Array<number>(count).fill(1) });

/** Kernels of a file as it ran: name, op, and whether the lowering foresees it. */
async function ranOf(model: TinyModel): Promise<[name: string, op: string, foreseen: boolean][]> {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, tinyModel(model));
  const options = { path, network: readModelFile(path).network, batch: 1 };
  const loaded = await engine.loadFile?.(options);
  expect(await loaded?.run()).toBeGreaterThan(0);
  await loaded?.dispose();
  const profiled = await engine.loadFileProfiled?.(options);
  await profiled?.run();
  const [timings = []] = (await profiled?.finish()) ?? [];
  return timings.map(({ kernel }) => [kernel.name, kernel.op, !('isUnforeseen' in kernel)]);
}

const CONV = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const IMAGE = { input: ['batch', 3, 8, 8] };

describe('a file as it is', () => {
  test.each(['named', 'nameless'])('has its kernels found by nodes and tensors: %s nodes', async (kind) => {
    const name = (own: string) => (kind === 'named' ? { name: `/block/${own}` } : { name: '' });
    const ran = await ranOf({
      nodes: [
        { op: 'Conv', ...name('first'), inputs: ['input', 'w1'], outputs: ['t1'], attributes: CONV },
        { op: 'BatchNormalization', ...name('norm'), inputs: ['t1', 'g', 'b', 'm', 'v'], outputs: ['t2'] },
        { op: 'Relu', ...name('relu'), inputs: ['t2'], outputs: ['t3'] },
        { op: 'Conv', ...name('second'), inputs: ['t3', 'w2'], outputs: ['t4'], attributes: CONV },
        { op: 'Add', ...name('sum'), inputs: ['t4', 't3'], outputs: ['t5'] },
        { op: 'GlobalAveragePool', ...name('mean'), inputs: ['t5'], outputs: ['t6'] },
      ],
      weights: {
        w1: values(16, 3, 3, 3),
        w2: values(16, 16, 3, 3),
        g: ones(16),
        b: ones(16),
        m: ones(16),
        v: ones(16),
      },
      inputs: IMAGE,
      outputs: ['t6'],
    });
    const [first, second, mean] =
      kind === 'named' ? ['block/first', 'block/second', 'block/mean'] : ['t1', 't4', 't6'];
    expect(ran.filter(([, op]) => !op.startsWith('reorder'))).toEqual([
      [first, 'conv', true],
      [second, 'conv', true],
      [mean, 'global-avg-pool', true],
    ]);
    expect(ran.every(([, , isForeseen]) => isForeseen)).toBe(true);
  });

  test('tells what it runs otherwise than the network read of it would', async () => {
    // x · min(max(x + 3, 0), 6) / 6, spelled out.
    const ran = await ranOf({
      nodes: [
        { op: 'Conv', name: 'c', inputs: ['input', 'w'], attributes: CONV },
        { op: 'Add', name: 'plus', inputs: ['c', 'three'] },
        { op: 'Clip', name: 'clip', inputs: ['plus', 'zero', 'six'] },
        { op: 'Mul', name: 'times', inputs: ['c', 'clip'] },
        { op: 'Div', name: 'by', inputs: ['times', 'six'] },
      ],
      weights: {
        w: values(16, 3, 3, 3),
        zero: { dims: [], values: [0] },
        three: { dims: [], values: [3] },
        six: { dims: [], values: [6] },
      },
      inputs: IMAGE,
    });
    expect(ran.find(([name]) => name === 'c')).toEqual(['c', 'conv', true]);
    const others = ran.filter(([, , isForeseen]) => !isForeseen).map(([, op]) => op);
    expect(others).toEqual(expect.arrayContaining(['Add', 'Clip', 'Mul', 'Div']));
  });

  test('that ONNX Runtime does not load is refused in its words', async () => {
    const path = join(folder, 'broken.onnx');
    writeFileSync(path, 'no model');
    const network = { name: 'none', layers: [], outputs: [] };
    await expect(engine.loadFile?.({ path, network, batch: 1 })).rejects.toThrow(
      /got .*broken\.onnx, which ONNX Runtime does not load \(.*; expected a model that it runs; export it again, or give --deployed/,
    );
  });
});

describe('sizes of an input', () => {
  const image: Input = { kind: 'input', name: 'x', inputs: [], height: 6, width: 7, channels: 3 };
  const sizes = (...shape: (number | string)[]) =>
    inputSizes(shape, image, { path: 'm', batch: 2, name: 'x' });

  test('that are open are those of the image, channels first or last', () => {
    expect(sizes('N', 3, 'H', 'W')).toEqual([2, 3, 6, 7]);
    expect(sizes('N', 'H', 'W', 3)).toEqual([2, 6, 7, 3]);
    expect(sizes(2, 6, 7, 3)).toEqual([2, 6, 7, 3]);
    expect(sizes('N', 3, -1, 7)).toEqual([2, 3, 6, 7]);
  });

  test('are refused for another batch, and where nothing tells', () => {
    expect(() => sizes(1, 3, 6, 7)).toThrow(
      "got m at batch 2; expected batch 1, which the file's input 'x' is fixed at",
    );
    expect(() => sizes('N', 'L')).toThrow("got m, whose input 'x' has no fixed size 1 ('L')");
  });
});

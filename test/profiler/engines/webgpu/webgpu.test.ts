import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NetworkBuilder } from '../../../../network/builder.ts';
import { deployedNetwork } from '../../../../network/deployed.ts';
import { Lowering } from '../../../../network/lowering/lower.ts';
import { webgpuRules } from '../../../../network/lowering/rules.ts';
import type { Network } from '../../../../network/network.ts';
import { seededWeights } from '../../../../network/weights.ts';
import type { Engine } from '../../../../profiler/engines/engine.ts';
import { searchGpu } from '../../../../profiler/engines/gpu-search.ts';
import { defaultEngine, defaultTrainingEngine } from '../../../../profiler/engines/registry.ts';
import { webgpuAdapter } from '../../../../profiler/engines/webgpu/adapter.ts';
import { WatchedDevice } from '../../../../profiler/engines/webgpu/device.ts';
import { ranAsPredicted } from '../../../../profiler/engines/webgpu/programs.ts';
import { BUILT } from '../../../support/built.ts';
import { availabilityOf, skipReason } from '../skip-reason.ts';

/** Shapes that between them need every program that convolutions and dense layers have. */
function everyProgram(): Network {
  const builder = new NetworkBuilder('every-program');
  const input = builder.input(24, 24, 3);
  const stem = builder.conv('direct-vec4', input, 8, 3);
  const odd = builder.conv('direct', stem, 7, 3);
  const point = builder.conv('packed-vec4', stem, 12, 1);
  const depthwise = builder.depthwiseConv('depthwise-vec4', point, 3);
  const small = builder.conv('im2col-small', depthwise, 8, 3, { strides: 4 });
  const deep = builder.conv('expand', small, 224, 1);
  const network = builder.build(
    builder.conv('packed', odd, 9, 1),
    builder.depthwiseConv('depthwise', odd, 3),
    builder.conv('small', small, 5, 1),
    builder.conv('im2col-split-k-vec4', deep, 8, 3),
    builder.conv('im2col-split-k', deep, 7, 3),
    builder.conv('im2col-reduce', deep, 2, 3, { strides: 3 }),
    builder.conv('split-k-vec4', deep, 160, 6, { padding: 'valid' }),
    builder.conv('split-k', deep, 161, 6, { padding: 'valid' }),
    builder.dense('reduce', builder.simple('flatten', 'flat', small), 10),
  );
  return deployedNetwork(network);
}

describe('what WebGPU is predicted to run', () => {
  test('depends on the shape of a layer as in tfjs-backend-webgpu', () => {
    const kernels = new Lowering(everyProgram(), webgpuRules(8)).kernels();
    for (const { name, program } of kernels) {
      if (program !== undefined && name !== 'expand') expect(program, name).toBe(name);
    }
    expect(kernels.find(({ name }) => name === 'direct')?.kernelClass).toBe('conv 3x3/1 nhwc direct');
  });

  test('is compared with what ran', () => {
    const [kernel] = new Lowering(everyProgram(), webgpuRules(8)).kernels();
    expect(ranAsPredicted(kernel ?? null, ['Conv2DMMProgram vec4'])).toBe(true);
    expect(ranAsPredicted(kernel ?? null, ['Conv2DMMProgram vec4', 'UnaryOpProgram'])).toBe(false);
    expect(ranAsPredicted(kernel ?? null, [])).toBe(false);
    expect(ranAsPredicted(null, ['TransposeProgram'])).toBe(false);
    expect(ranAsPredicted(null, [])).toBe(true);
  });
});

const reason = await skipReason('webgpu');

describe.skipIf(reason !== null)(`engine webgpu${reason === null ? '' : ` (${reason})`}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await webgpuAdapter.open({ threads: 1 });
  });
  afterAll(() => engine.close());

  test('runs every program as predicted, each with a GPU time', async () => {
    const network = everyProgram();
    const profiled = await engine.loadProfiled(network, { batch: 1, weights: seededWeights(network, 1) });
    await profiled.run();
    const [timings = []] = await profiled.finish();
    expect(timings.length).toBeGreaterThan(14);
    expect(timings.filter(({ kernel }) => 'isUnforeseen' in kernel)).toEqual([]);
    expect(timings.filter(({ durationUs }) => durationUs > 0).length).toBe(timings.length);
  });

  test('a software adapter is never a GPU, nor anybody’s default', async () => {
    const found = await availabilityOf('webgpu');
    const adapters = found.available ? found.adapters : [];
    for (const { name, kind } of adapters)
      expect(kind === 'software').toBe(/swiftshader|llvmpipe/i.test(name));
    if (adapters[0]?.kind !== 'software') return;
    expect(await defaultEngine()).not.toBe('webgpu');
    expect(await defaultTrainingEngine()).not.toBe('webgpu');
  });

  test('the GPU’s clock times its kernels', () => {
    expect(engine.description.clock).toBe('gpu-timestamp');
    expect(['software', 'gpu']).toContain(engine.description.hardware);
  });

  test('a network too large for the device is refused by layer and size', async () => {
    const builder = new NetworkBuilder('huge');
    const network = builder.build(builder.conv('expand', builder.input(4096, 4096, 1), 64, 1));
    await expect(engine.load(network, { batch: 1, weights: seededWeights(network, 1) })).rejects.toThrow(
      /got layer expand of huge with an output of 1x4096x4096x64 values, 4096 MiB; expected at most \d+ MiB/,
    );
  });

  test('leaves no tensors behind', async () => {
    const network = everyProgram();
    const before = tf.memory().numTensors;
    const loaded = await engine.load(network, { batch: 1, weights: seededWeights(network, 1) });
    await loaded.run();
    await loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a lost GPU ends the work with what to do about it', async () => {
    const search = await searchGpu();
    if (!search.found) throw new Error('no adapter');
    const watched = await WatchedDevice.open(search.gpu);
    const never = new Promise<void>(() => undefined);
    const waiting = watched.settled('a network', () => never);
    watched.device.destroy();
    await expect(waiting).rejects.toThrow(
      /got GPU .* lost in the middle .*run the same command again to resume/,
    );
    // So does work that fails because of it.
    await expect(
      watched.settled('a network', () => Promise.reject(new Error('mapAsync failed'))),
    ).rejects.toThrow(/lost in the middle/);
  });

  test('a command that WebGPU refuses is an error, not a wrong result', async () => {
    const search = await searchGpu();
    if (!search.found) throw new Error('no adapter');
    const watched = await WatchedDevice.open(search.gpu);
    const refused = watched.settled('a network', async () => {
      watched.device.createBuffer({
        size: watched.device.limits.maxBufferSize + 4,
        usage: GPUBufferUsage.STORAGE,
      });
      await watched.device.queue.onSubmittedWorkDone();
    });
    await expect(refused).rejects.toThrow(/WebGPU refused a command/);
    watched.device.destroy();
  });

  test('memory that does not suffice is told with the network and its size', async () => {
    const network = everyProgram();
    const loaded = await engine.load(network, { batch: 1, weights: seededWeights(network, 1) });
    // As Dawn tells it; a software adapter has the machine's memory.
    const device = (tf.backend() as unknown as { device: GPUDevice }).device;
    const error = new GPUOutOfMemoryError('Buffer of 8 GiB');
    device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
    await expect(loaded.run()).rejects.toThrow(
      /got network every-program at batch 1 \(outputs of [\d.]+ MiB, layer expand the largest with [\d.]+ MiB\), for which the memory of .* does not suffice \(Buffer of 8 GiB\)/,
    );
    // Told once: the next network may fit.
    expect(await loaded.run()).toBeGreaterThan(0);
    await loaded.dispose();
  });

  test('a process that closed the engine, opened it again and closed it ends by itself', async () => {
    const script = `
      const { engineNamed } = await import('${BUILT}/profiler/engines/registry.js');
      for (let time = 0; time < 2; time++) {
        const engine = await engineNamed('webgpu').open({ threads: 1 });
        await engine.close();
      }
      console.log('closed');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 60_000,
    });
    expect(stdout.trim()).toBe('closed');
  });
});

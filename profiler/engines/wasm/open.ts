// The WebAssembly backend of tfjs, looked for and opened: SIMD, one thread in Node.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { processorName } from '../../machine.ts';
import { type Availability, describedAdapter, type Engine, type TrainingEngine } from '../engine.ts';
import { ON_CPU, TfjsEngine } from '../tfjs/engine.ts';
import type { Tf } from '../tfjs/execute.ts';
import { WallKernelClock } from '../tfjs/kernel-clock.ts';
import { whyMissing } from '../why-missing.ts';
import { registerWasmForwardKernels, registerWasmGradients } from './gradients.ts';

const NAME = 'wasm';

async function importWasmTfjs(): Promise<Tf> {
  const tf = await import('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(dirname(entry) + sep);
  return tf;
}

async function describe(tf: Tf): Promise<EngineDescription> {
  return {
    engine: NAME,
    choice: NAME,
    version: tf.version_core,
    hardware: 'cpu',
    adapter: await processorName(),
    provider: 'tfjs-backend-wasm (SIMD)',
    threads: 1,
    clock: 'wall',
    rules: ON_CPU.rules.name,
  };
}

async function start(): Promise<{ tf: Tf; description: EngineDescription }> {
  const tf = await importWasmTfjs();
  if (!(await tf.setBackend(NAME))) throw new Error('the WASM backend of tfjs did not start');
  await tf.ready();
  return { tf, description: await describe(tf) };
}

export async function findWasm(): Promise<Availability> {
  try {
    const description = await describe(await importWasmTfjs());
    return { available: true, description, adapters: [describedAdapter(description)] };
  } catch (error) {
    return {
      available: false,
      reason: whyMissing(error),
      remedy: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
    };
  }
}

export async function openWasm(): Promise<Engine> {
  const { tf, description } = await start();
  // Kernels are done when they return.
  const kernelClock = () => new WallKernelClock(() => undefined);
  return new TfjsEngine({ ...ON_CPU, tf, backendName: NAME, description, kernelClock });
}

/** The backend with the gradients it lacks, and faster kernels where those of the package are slow. */
export async function openWasmTraining(): Promise<TrainingEngine> {
  const opened = await start();
  registerWasmGradients(opened.tf);
  registerWasmForwardKernels(opened.tf);
  return { ...opened, close: async () => undefined };
}

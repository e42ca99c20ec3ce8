import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { processorName } from '../../machine.ts';
import { type Availability, describedAdapter, type Engine, type EngineAdapter } from '../engine.ts';
import { ON_CPU, TfjsEngine } from '../tfjs/engine.ts';
import type { Tf } from '../tfjs/execute.ts';
import { WallKernelClock } from '../tfjs/kernel-clock.ts';
import { registerWasmForwardKernels, registerWasmGradients } from './gradients.ts';

/** tfjs with the WASM backend: SIMD, one thread in Node. */
export async function importWasmTfjs(): Promise<Tf> {
  const tf = await import('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(dirname(entry) + sep);
  return tf;
}

async function describe(tf: Tf): Promise<EngineDescription> {
  return {
    engine: 'wasm',
    version: tf.version_core,
    hardware: 'cpu',
    adapter: await processorName(),
    provider: 'tfjs-backend-wasm (SIMD)',
    threads: 1,
    clock: 'wall',
    rules: 'tfjs',
  };
}

async function openWasm(): Promise<{ tf: Tf; description: EngineDescription }> {
  const tf = await importWasmTfjs();
  if (!(await tf.setBackend('wasm'))) throw new Error('the WASM backend of tfjs did not start');
  await tf.ready();
  return { tf, description: await describe(tf) };
}

/** The backend with the gradients it lacks, and faster kernels where those of the package are slow. */
async function openWasmTraining(): Promise<{ tf: Tf; description: EngineDescription }> {
  const opened = await openWasm();
  registerWasmGradients(opened.tf);
  registerWasmForwardKernels(opened.tf);
  return opened;
}

export const wasmAdapter: EngineAdapter & { openTraining: typeof openWasmTraining } = {
  name: 'wasm',
  trains: true,

  async availability(): Promise<Availability> {
    try {
      const description = await describe(await importWasmTfjs());
      return { available: true, description, adapters: [describedAdapter(description)], trains: true };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      return { available: false, reason, remedy: 'npm install @tensorflow/tfjs-backend-wasm', trains: true };
    }
  },

  async open(): Promise<Engine> {
    const { tf, description } = await openWasm();
    // Kernels are done when they return.
    const kernelClock = () => new WallKernelClock(() => undefined);
    return new TfjsEngine({ ...ON_CPU, tf, backendName: 'wasm', description, kernelClock });
  },

  openTraining: openWasmTraining,
};

// WebAssembly on any CPU, through tfjs: slower than the others, and always there.
import type { TrainingAdapter } from '../engine.ts';

const opening = () => import('./open.ts');

export const wasmAdapter: TrainingAdapter = {
  name: 'wasm',
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  defaultOn: { measuring: ['cpu'], training: ['cpu'] },
  /** WebAssembly addresses 4 GiB; networks, their maps and what was freed in between must fit. */
  heapBytes: 2 ** 31,

  async availability() {
    return (await opening()).findWasm();
  },

  async open() {
    return (await opening()).openWasm();
  },

  async openTraining() {
    return (await opening()).openWasmTraining();
  },
};

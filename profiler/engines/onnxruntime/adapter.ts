// ONNX Runtime: the fastest on CPUs, and with providers for GPUs behind a colon. It infers and does not train.
import type { EngineAdapter } from '../engine.ts';
import { PROVIDER_NAMES } from './provider-names.ts';

const opening = () => import('./open.ts');

export const onnxruntimeAdapter: EngineAdapter = {
  name: 'onnxruntime',
  packages: ['onnxruntime-node'],
  providers: PROVIDER_NAMES,
  defaultOn: { measuring: ['gpu', 'cpu'] },
  wholeMicrosecondsOn: ['cpu'],
  runsFiles: /\.onnx$/i,
  quantizes: true,
  installers: {
    'onnxruntime-cuda': async (report) => (await import('./install-cuda.ts')).installOnnxruntimeCuda(report),
  },

  async availability({ provider } = {}) {
    return (await opening()).findOnnxruntime(provider);
  },

  async open({ threads, provider }) {
    return (await opening()).openOnnxruntime(threads, provider);
  },
};

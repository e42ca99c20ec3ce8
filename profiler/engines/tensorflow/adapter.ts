// NVIDIA GPUs through CUDA, or the CPU, through tfjs on libtensorflow; npm brings no native library.
import type { TrainingAdapter } from '../engine.ts';
import { TENSORFLOW_PACKAGES } from './package.ts';

const opening = () => import('./open.ts');

export const tensorflowAdapter: TrainingAdapter = {
  name: 'tensorflow',
  packages: TENSORFLOW_PACKAGES,
  defaultOn: { measuring: ['gpu'], training: ['gpu', 'cpu'] },
  installers: {
    tensorflow: async (report) => (await import('./install.ts')).installTensorflow(report),
  },

  async availability({ threads } = {}) {
    return (await opening()).findTensorflow(threads);
  },

  async open({ threads }) {
    return (await opening()).openTensorflow(threads);
  },

  async openTraining({ threads } = {}) {
    return (await opening()).openTensorflowTraining(threads);
  },
};

// Any GPU with Vulkan, Metal or D3D12, through tfjs on Dawn; a software adapter too, but never by default.
import type { TrainingAdapter } from '../engine.ts';

const opening = () => import('./open.ts');

export const webgpuAdapter: TrainingAdapter = {
  name: 'webgpu',
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', 'webgpu'],
  defaultOn: { measuring: ['gpu'], training: ['gpu'] },

  async availability() {
    return (await opening()).findWebgpu();
  },

  async open() {
    return (await opening()).openWebgpu();
  },

  async openTraining() {
    return (await opening()).openWebgpuTraining();
  },
};

// What other programs may use of the profiler.
export type { EngineDescription } from '../records/engine-description.ts';
export type { MachineDescription } from '../records/machine-description.ts';
export {
  type KernelRecord,
  kernelRecord,
  type NetworkRecord,
  networkRecord,
} from '../records/measurements.ts';
export type {
  Availability,
  Engine,
  EngineAdapter,
  KernelTiming,
  LoadedNetwork,
  ProfiledNetwork,
  TrainingEngine,
  UnforeseenKernel,
} from './engines/engine.ts';
export {
  defaultEngine,
  defaultTrainingEngine,
  ENGINES,
  engineChoices,
  engineNamed,
  engineStatuses,
  openEngine,
} from './engines/registry.ts';
export { openTrainingEngine } from './engines/training.ts';
export { describeMachine } from './machine.ts';
export { openIsolated } from './timing/isolation/isolated-measurer.ts';
export { measureBlock } from './timing/measure-block.ts';
export { measureNetworks } from './timing/measure-networks.ts';
export { inProcess, LoadDeath, type Measurer } from './timing/measurer.ts';

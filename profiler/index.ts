export type {
  Availability,
  Engine,
  EngineAdapter,
  EngineDescription,
  EngineName,
  KernelTiming,
  LoadedNetwork,
  ProfiledNetwork,
} from './engine.ts';
export { defaultEngine, ENGINES, engineNamed, engineStatuses, openEngine } from './engines.ts';
export { openIsolated } from './isolation/isolated-measurer.ts';
export { describeMachine, type MachineDescription } from './machine.ts';
export { measureBlock } from './measure-block.ts';
export { measureNetworks } from './measure-networks.ts';
export { inProcess, LoadDeath, type Measurer } from './measurer.ts';
export { type KernelRecord, kernelRecord, type NetworkRecord, networkRecord } from './records.ts';
export { openTrainingEngine, type TrainingEngine } from './training.ts';

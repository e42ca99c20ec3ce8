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
export { describeMachine, type MachineDescription } from './machine.ts';
export { measureNetworks } from './measure-networks.ts';
export { type KernelRecord, kernelRecord, type NetworkRecord, networkRecord } from './records.ts';
export { openTrainingEngine, type TrainingEngine } from './training.ts';

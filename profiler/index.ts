// What the package's `profiler` entry exports: engines, and what measures with them.
export type { EngineDescription } from '../records/engine-description.ts';
export type { MachineDescription } from '../records/machine-description.ts';
export type {
  Availability,
  Engine,
  KernelTiming,
  LoadedNetwork,
  LoadOptions,
  ProfiledNetwork,
  TrainingEngine,
  UnforeseenKernel,
} from './engines/engine.ts';
export { type EngineStatus, engineChoices, engineStatuses, openEngine } from './engines/registry.ts';
export { openTrainingEngine } from './engines/training.ts';
export { describeMachine } from './machine.ts';
export type { Measurer } from './timing/measurer.ts';
export { type MeasuringEngine, withMeasurer } from './timing/with-measurer.ts';

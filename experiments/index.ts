// What the package's `experiments` entry exports: what the commands do, as functions, and the results they leave.
export type { ComparisonResult } from '../records/comparison.ts';
export type { DeviceComparison } from '../records/device-comparison.ts';
export type { Explanation } from '../records/explanation.ts';
export type { StudySummary } from '../records/study.ts';
export type { TrainResult } from '../records/training.ts';
export { calibrate } from './calibrate/calibrate.ts';
export type { CalibrateOptions } from './calibrate/calibrate-options.ts';
export { compareDevices } from './compare/compare-devices.ts';
export { type CompareOptions, type Contestant, compareNetworks } from './compare/compare-networks.ts';
export {
  type DataFolderOptions,
  type Dataset,
  type FetchOptions,
  fetchSet,
  generateTexturedShapes,
  type ImageSet,
  loadDataFolder,
  type Medium,
  paddedData,
  subset,
  type TexturedShapesOptions,
} from './data/index.ts';
export { type ExplainOptions, explainChange } from './explain/explain-change.ts';
export { measureChange } from './explain/measure-change.ts';
export { jsonSchemas } from './json-schemas.ts';
export type { NetworkProfile } from './profile/network-profile.ts';
export { type ProfileOptions, profileNetwork } from './profile/profile.ts';
export type { ProgressListener } from './progress.ts';
export { type Results, readResults } from './results/read-results.ts';
export { study } from './study/study.ts';
export type { StudyOptions } from './study/study-options.ts';
export { type TrainOptions, train } from './train/train.ts';

// What other programs may use of the experiments.
export { calibrate } from './calibrate/calibrate.ts';
export { type CompareOptions, type Contestant, compareNetworks } from './compare/compare-networks.ts';
export * from './data/index.ts';
export { type ExplainOptions, explainChange } from './explain/explain-change.ts';
export { measureChange } from './explain/measure-change.ts';
export { jsonSchemas } from './json-schemas.ts';
export { study } from './study/study.ts';
export type { StudyOptions } from './study/study-options.ts';
export { type TrainOptions, train } from './train/train.ts';

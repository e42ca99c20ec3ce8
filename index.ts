// The package's main entry: everything but reports, and the files of models, which browsers have no use for.
export * from './calibration/index.ts';
export * from './experiments/index.ts';
export * from './morphnet/index.ts';
export { loadLayersModel } from './morphnet/load-model.ts';
export { saveLayersModel, saveOnnx } from './morphnet/save-model.ts';
export * from './network/index.ts';
export * from './profiler/index.ts';

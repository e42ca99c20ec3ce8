export * from './calibration/index.ts';
export * from './experiments/index.ts';
export * from './morphnet/index.ts';
export * from './network/index.ts';
export * from './profiler/index.ts';

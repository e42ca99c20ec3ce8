// What users of the package get of calibration.
export type { ErrorMetrics } from '../records/error-metrics.ts';
export { DATASHEET_DEVICES, type DatasheetDevice } from './datasheet-devices.ts';
export { type Device, type DeviceProfile, deviceProfile, parseDeviceProfile } from './device-profile.ts';
export { openDevice } from './open-device.ts';
export { errorMetricsOf } from './error-metrics.ts';
export { fitProfile } from './fit/fit-profile.ts';
export { type LatencyPredictor, latencyPredictor, type NetworkPrediction, type View } from './predict.ts';
export { KernelPotential, type KernelSlopes, kernelSlopes } from './slopes/kernel-potential.ts';
export { LatencyPotential } from './slopes/latency-potential.ts';
export { type Smoothing, smoothingGaps } from './slopes/smoothing-gap.ts';

export { DATASHEET_DEVICES, type DatasheetDevice } from './datasheet-devices.ts';
export {
  type Device,
  type DeviceProfile,
  deviceProfile,
  openDevice,
  parseDeviceProfile,
} from './device-profile.ts';
export { type ErrorMetrics, errorMetricsOf } from './error-metrics.ts';
export { fitProfile } from './fit-profile.ts';
export { KernelPotential, type KernelSlopes, kernelSlopes } from './kernel-potential.ts';
export { LatencyPotential } from './latency-potential.ts';
export { type LatencyPredictor, latencyPredictor, type NetworkPrediction, type View } from './predict.ts';
export { type Smoothing, smoothingGaps } from './smoothing-gap.ts';

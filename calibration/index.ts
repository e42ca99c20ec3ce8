// What the package's `calibration` entry exports: devices, and what they are predicted to take.
export { DATASHEET_DEVICES, type DatasheetDevice } from './datasheet-devices.ts';
export { deviceFrom } from './device-from.ts';
export type { Device, DeviceProfile } from './device-profile.ts';
export { openDevice } from './open-device.ts';
export {
  type LatencyPredictor,
  type LayerPrediction,
  latencyPredictor,
  type NetworkPrediction,
  type PredictionSummary,
  type View,
} from './predict.ts';
export { type PredictOptions, predictNetwork } from './predict-network.ts';

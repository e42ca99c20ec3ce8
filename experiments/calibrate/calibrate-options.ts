// What a calibration takes: its settings, and what they stand for.
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import type { Network } from '../../network/network.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import type { ProgressListener } from '../progress.ts';
import type { CalibrateSettings } from './calibrate-settings.ts';

export interface CalibrateOptions extends CalibrateSettings {
  /** An open engine measures in this process; an isolated measurer in children of it. */
  readonly engine: Engine | Measurer;
  /** The family: sub-networks of these are measured. */
  readonly networks: readonly Network[];
  /** Profiles to re-scale, all of the same kernels, instead of fitting one anew. */
  readonly from?: readonly DeviceProfile[];
  /** Networks to re-scale by; 8 by default. */
  readonly few?: number;
  /** Other families to validate on; nothing of them is fitted. */
  readonly validate?: readonly Network[];
  /** Folder for run.json, device.json and the files of the measurements. */
  readonly out: string;
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

// What a calibration takes: its settings, and what they stand for.
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import type { Network } from '../../network/network.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import type { MeasuringEngine } from '../../profiler/timing/with-measurer.ts';
import type { ProgressListener } from '../progress.ts';
import type { CalibrateSettings } from './calibrate-settings.ts';

/** What a calibration is of, and where it goes. */
interface CalibrateSubject {
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
  /** Of the profile; by default what it was measured on. */
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

/** What `calibrate` takes: settings that are left out have the defaults of `morphline calibrate`. */
export interface CalibrateOptions extends CalibrateSubject, MeasuringEngine, Partial<CalibrateSettings> {}

/** The same with nothing left open. */
export interface SessionOptions extends CalibrateSubject, CalibrateSettings {
  readonly measurer: Measurer;
}

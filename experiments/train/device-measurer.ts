// What measures on the device that something is trained for, and whether it can be trained for at all.
import type { Device } from '../../calibration/device-profile.ts';
import { isOfInt8 } from '../../calibration/profiled-network.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { UserError } from '../../records/user-error.ts';

/** @throws UserError for a device whose profile is of 8 bits, in which nothing trains */
export function requireFloats(device: Device): void {
  if (!isOfInt8(device)) return;
  throw new UserError({
    got: `device ${device.name}, whose networks were measured in 8 bits`,
    expected: 'a profile of float32, in which networks train',
    fix: 'calibrate without --int8, and export what was trained with --int8',
  });
}

/** Measures, in child processes, on the engine that a device stands for: its own if it was measured, else the best here. */
export function openMeasurerOf(device: Device): Promise<Measurer> {
  if (device.kind === 'datasheet') return openIsolated({ threads: 1 });
  const { engine } = device.profile;
  return openIsolated({ engine: engineChoice(engine), threads: engine.threads });
}

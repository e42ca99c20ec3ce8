// A device opened by its datasheet's name, or by the path of its profile.
import { readText } from '../records/read-bytes.ts';
import { UserError } from '../records/user-error.ts';
import { DATASHEET_DEVICES, datasheetDevice } from './datasheet-devices.ts';
import { type Device, parseDeviceProfile } from './device-profile.ts';

/**
 * A datasheet device by name (`'p100'`), or a measured profile by the path of its `device.json`.
 * @throws UserError if it is neither, or the file is no profile
 */
export function openDevice(nameOrPath: string): Device {
  const device = datasheetDevice(nameOrPath);
  if (device !== undefined) return { kind: 'datasheet', name: nameOrPath, device };
  let text: string;
  try {
    text = readText(nameOrPath);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      got: `device '${nameOrPath}'`,
      expected: `${DATASHEET_DEVICES.map(({ name }) => name).join(', ')} or the path of a device profile`,
      fix: 'correct it, or make a profile with `morphline calibrate`',
    });
  }
  const profile = parseDeviceProfile(text, nameOrPath);
  return { kind: 'measured', name: profile.name, profile };
}

// A device without files: by its datasheet's name, or by a profile that is at hand.
import { UserError } from '../records/user-error.ts';
import { DATASHEET_DEVICES, datasheetDevice } from './datasheet-devices.ts';
import { checkedDeviceProfile, type Device } from './device-profile.ts';

/**
 * A device from what is at hand, in browsers too: a datasheet's name (`'p100'`), or a device profile, as `calibrate` returns
 * it or as JSON has it (`await (await fetch('device.json')).json()`).
 * @throws UserError for a name that no datasheet has, and for a value that is no profile
 */
export function deviceFrom(nameOrProfile: string | object): Device {
  if (typeof nameOrProfile === 'string') {
    const device = datasheetDevice(nameOrProfile);
    if (device !== undefined) return { kind: 'datasheet', name: nameOrProfile, device };
    throw new UserError({
      got: `device '${nameOrProfile}'`,
      expected: `${DATASHEET_DEVICES.map(({ name }) => name).join(', ')} or a device profile`,
      fix: 'correct the name, or open a file with openDevice',
    });
  }
  const profile = checkedDeviceProfile(nameOrProfile, 'a device profile');
  return { kind: 'measured', name: profile.name, profile };
}

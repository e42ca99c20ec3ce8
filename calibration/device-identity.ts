// What tells whether two devices predict the same: their models, not their names.
import { createHash } from 'node:crypto';
import { chosenRung, type Device } from './device-profile.ts';

function predicting(device: Device): unknown {
  if (device.kind === 'datasheet') {
    const { computeRateGflops, bandwidthGBps } = device.device;
    return { computeRateGflops, bandwidthGBps };
  }
  const { model, network } = chosenRung(device.profile);
  const { engine, roofline } = device.profile;
  return { rules: engine.rules, model, network, roofline };
}

/** A hash of all that a device predicts by: two profiles of one name may differ. */
export function deviceIdentity(device: Device): string {
  return createHash('sha256')
    .update(JSON.stringify(predicting(device)))
    .digest('hex')
    .slice(0, 16);
}

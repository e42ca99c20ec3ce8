import { expect, test } from 'vitest';
import type { Device } from '../../../calibration/device-profile.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { sessionSentinel } from '../../../experiments/samples/session-sentinel.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { sentinelNetwork } from '../../../profiler/timing/sentinel.ts';

const PROFILE = 'profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json';
const small = planChannels(zooNetwork('inception-32'));

test('a session that compares with a profile has the profile’s sentinel', () => {
  const { family, network } = sessionSentinel(small, openDevice(PROFILE));
  expect(family).toBe('inception-v2');
  expect(network).toEqual(sentinelNetwork(planChannels(zooNetwork('inception-v2'))));
});

test('without one, or with one of a file, it has its own', () => {
  const measured = openDevice(PROFILE);
  if (measured.kind !== 'measured') throw new Error('not measured');
  const { profile } = measured;
  const ofFile: Device = {
    ...measured,
    profile: { ...profile, settings: { ...profile.settings, networks: ['my model'] } },
  };
  for (const device of [undefined, openDevice('p100'), ofFile])
    expect(sessionSentinel(small, device).family).toBe('inception-32');
});

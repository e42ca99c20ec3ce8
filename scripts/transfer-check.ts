// How well a few networks re-scale one device's profile to another's: node scripts/run.mjs transfer-check NETWORKS DIR DIR…
import { basename, join } from 'node:path';
import { median } from 'simple-statistics';
import { chosenRung, type DeviceProfile, parseDeviceProfile } from '../calibration/device-profile.ts';
import { errorMetricsOf } from '../calibration/error-metrics.ts';
import { networkId } from '../calibration/fit/load-times.ts';
import { type NetworkSample, predictions } from '../calibration/fit/network-sample.ts';
import { chooseNetworks } from '../calibration/transfer/choose-networks.ts';
import { priorOf, transferProfile } from '../calibration/transfer/transfer-profile.ts';
import { type MeasuredRun, readMeasuredRun } from '../experiments/calibrate/measured-run.ts';
import { readText } from '../records/read-bytes.ts';

interface Device {
  readonly name: string;
  readonly profile: DeviceProfile;
  readonly run: MeasuredRun;
}

function openFolder(folder: string): Device {
  const path = join(folder, 'device.json');
  return {
    name: basename(folder),
    profile: parseDeviceProfile(readText(path), path),
    run: readMeasuredRun(folder, [], {}),
  };
}

/** The profile by so many of a device's networks, and how far off it is on those that it was fitted to nothing of. */
function transferred(prior: DeviceProfile, { run }: Device, count: number) {
  const rules = run.context.engine.rules;
  const fit = run.samples.filter(({ record }) => record.role === 'fit');
  const others = run.samples.filter(({ record }) => record.role !== 'fit');
  const places = chooseNetworks(
    fit.map(({ kernels }) => kernels),
    [priorOf(prior, rules)],
    count,
  );
  const chosen = places.map((place) => fit[place] as NetworkSample);
  const ids = new Set(chosen.map(({ record }) => networkId(record)));
  const kernels = run.measured.kernels.filter((row) => ids.has(networkId(row)));
  const profile = transferProfile([prior], kernels, chosen, run.context);
  const rung = chosenRung(profile);
  const measuredUs = others.map(({ record }) => record.latency_us);
  const set = { samples: others, measuredUs };
  return { profile, metrics: errorMetricsOf(predictions(rung.model, rung.network, set), measuredUs) };
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

/** @returns exit code */
export async function main(_root: string, args: readonly string[]): Promise<number> {
  const [count = '8', ...folders] = args;
  const devices = folders.map(openFolder);
  const within5: number[] = [];
  const within10: number[] = [];
  const excess: number[] = [];
  for (const device of devices) {
    for (const prior of devices) {
      if (prior === device || prior.profile.engine.rules !== device.profile.engine.rules) continue;
      const { profile, metrics } = transferred(prior.profile, device, Number(count));
      const own = device.profile.validation.mape;
      within5.push(metrics.within5);
      within10.push(metrics.within10);
      excess.push(metrics.mape - own);
      console.log(
        `${prior.name} → ${device.name}: ${percent(metrics.mape)} of ${metrics.networks} (told ${percent(profile.validation.mape)}${profile.transfer?.fits ? '' : ', does not fit'}; its own calibration ${percent(own)}), ±5 % ${percent(metrics.within5)}, ±10 % ${percent(metrics.within10)}, factor ${profile.transfer?.common.factor.toFixed(3)}`,
      );
    }
  }
  if (excess.length === 0) return 2;
  console.log(
    `in the median: ±5 % ${percent(median(within5))}, ±10 % ${percent(median(within10))}, ${percent(median(excess))} above full calibrations`,
  );
  return 0;
}

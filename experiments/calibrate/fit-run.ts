import { join } from 'node:path';
import { z } from 'zod';
import { type DeviceProfile, deviceProfile } from '../../calibration/device-profile.ts';
import { fitProfile, networkSample } from '../../calibration/fit-profile.ts';
import { parsedJson } from '../../network/json-file.ts';
import type { Network } from '../../network/network.ts';
import type { SamplingLaw } from '../../network/sampling.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { engineChoice } from '../../profiler/engines.ts';
import { drawSample, familyOf, measurementFiles } from '../measure-samples.ts';
import { readRun, writeJson } from '../run-file.ts';

/** What a fit needs of `run.json`. */
const calibrationRun = z.object({
  settings: z.object({
    networks: z.array(z.string()),
    batch: z.number().int(),
    seed: z.number().int(),
    budgetSeconds: z.number(),
  }),
  context: z.object({ engine: deviceProfile.shape.engine, machine: deviceProfile.shape.machine }),
});

/**
 * Fits and validates a device profile from the files of a calibration run, and writes `device.json` there: no device is
 * needed, so that a better fit can be had of old measurements.
 * @param networks of the family, where they are not in the zoo
 * @throws UserError for a folder without a calibration, or with too few networks measured
 */
export function fitRun(out: string, networks: readonly Network[] = [], name?: string): DeviceProfile {
  const run = readRun(out);
  const advice = { expected: 'a run of `morphline calibrate`', fix: 'name its folder' };
  const { settings, context } = parsedJson(run, calibrationRun, advice, join(out, 'run.json'));
  const { engine, machine } = context;
  const given = new Map(networks.map((network) => [network.name, network]));
  const families = new Map(
    settings.networks.map((each) => [each, familyOf(given.get(each) ?? zooNetwork(each))]),
  );
  const files = measurementFiles(out);
  const measured = files.networks.read();
  const samples = measured
    .filter(({ role }) => role !== 'probe')
    .map((record) => {
      const { network, sample, role } = record;
      const family = families.get(network);
      if (family === undefined) throw new Error(`${join(out, 'networks.csv')} has a row of ${network}`);
      const law = record.law as SamplingLaw | 'full';
      const { widths } = drawSample({ network, sample, role, law }, family, settings.seed);
      return networkSample(record, family.network, family.plan, widths, engine.rules, settings.batch);
    });
  const countOf = (wanted: string) => measured.filter(({ role }) => role === wanted).length;
  const profile = fitProfile(files.kernels.read(), samples, {
    name: name ?? `${machine.processor} ${engineChoice(engine)} ×${engine.threads}`,
    engine,
    machine,
    measuredAt: run.startedAt,
    settings: {
      ...settings,
      samples: {
        fit: countOf('fit'),
        choose: countOf('choose'),
        report: countOf('report'),
        probe: countOf('probe'),
      },
      rounds: Math.min(...measured.map(({ rounds }) => rounds)),
    },
  });
  writeJson(join(out, 'device.json'), deviceProfile.parse(profile));
  return profile;
}

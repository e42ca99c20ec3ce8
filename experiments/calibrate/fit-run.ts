import { join } from 'node:path';
import { median } from 'simple-statistics';
import { z } from 'zod';
import { type DeviceProfile, deviceProfile } from '../../calibration/device-profile.ts';
import { fitProfile } from '../../calibration/fit/fit-profile.ts';
import { networkSample } from '../../calibration/fit/network-sample.ts';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { parsedJson } from '../../records/json-file.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { readRun, writeJson } from '../../records/run-file.ts';
import { drawSample, familyOf, measurementFiles } from '../samples/measure-samples.ts';
import { validateOthers } from './validate-others.ts';

/** What a fit needs of `run.json`. */
const calibrationRun = z.object({
  settings: z.object({
    networks: z.array(z.string()),
    batch: z.number().int(),
    seed: z.number().int(),
    budgetSeconds: z.number(),
    table: z.boolean().optional(),
    validate: z.array(z.string()).optional(),
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
  const familiesOf = (names: readonly string[]) =>
    new Map(names.map((each) => [each, familyOf(given.get(each) ?? zooNetwork(each))]));
  const [families, others] = [familiesOf(settings.networks), familiesOf(settings.validate ?? [])];
  const files = measurementFiles(out);
  const all = files.networks.read();
  const measured = all.filter(({ network }) => !others.has(network));
  const drawnOf = (record: NetworkRecord) => {
    const { network, sample, role } = record;
    const family = families.get(network) ?? others.get(network);
    if (family === undefined) throw new Error(`${join(out, 'networks.csv')} has a row of ${network}`);
    return drawSample(
      { network, sample, role, law: record.law as ProposedSample['law'] },
      family,
      settings.seed,
    );
  };
  const samples = measured
    .filter(({ role }) => role !== 'probe')
    .map((record) => {
      const { family, widths } = drawnOf(record);
      return networkSample(record, family.network, family.plan, widths, engine.rules, settings.batch);
    });
  // Blocks were measured one after the other: their kernels are brought to one state of the machine, as networks are.
  const typicalUs = median(samples.map(({ record }) => record.sentinel_us));
  const slowness = new Map(
    all.map(({ network, sample, sentinel_us }) => [`${network} ${sample}`, sentinel_us / typicalUs]),
  );
  const slownessOf = ({ network, sample }: { network: string; sample: number }) =>
    slowness.get(`${network} ${sample}`) ?? 1;
  const kernels = files.kernels
    .read()
    .map((kernel) => ({ ...kernel, latency_us: kernel.latency_us / slownessOf(kernel) }));
  const countOf = (wanted: string) => measured.filter(({ role }) => role === wanted).length;
  const profile = fitProfile(
    kernels,
    samples,
    {
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
    },
    {
      loadRecords: { kernels: files.kernelLoads.read(), rounds: files.rounds.read() },
      probes: measured.filter(({ role }) => role === 'probe'),
    },
  );
  const otherSamples = all
    .filter(({ network }) => others.has(network))
    .map((record) => ({
      record,
      drawn: drawnOf(record),
      latencyUs: record.latency_us / slownessOf(record),
    }));
  const validated: DeviceProfile =
    otherSamples.length === 0
      ? profile
      : {
          ...profile,
          validation: { ...profile.validation, others: validateOthers(profile, otherSamples) },
        };
  writeJson(join(out, 'device.json'), deviceProfile.parse(validated));
  return validated;
}

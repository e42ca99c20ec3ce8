// What a calibration run measured, read from its files with drift divided out, without a device.
import { join } from 'node:path';
import { z } from 'zod';
import { isRules } from '../../calibration/device-profile.ts';
import { type Drift, driftOf, slownessOf, withoutDrift, withoutLoadDrift } from '../../calibration/drift.ts';
import type { ProfileContext } from '../../calibration/fit/fit-profile.ts';
import type { LoadRecords } from '../../calibration/fit/load-times.ts';
import { type NetworkSample, networkSample } from '../../calibration/fit/network-sample.ts';
import { probeNetworks } from '../../calibration/propose/probe-networks.ts';
import { proposedSample } from '../../calibration/propose/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { engineChoice, engineDescription } from '../../records/engine-description.ts';
import { groupBy } from '../../records/group-by.ts';
import { parsedJson } from '../../records/json-text.ts';
import { machineDescription } from '../../records/machine-description.ts';
import { type MeasurementFiles, measurementFiles } from '../../records/measurement-files.ts';
import type {
  KernelLoadRecord,
  KernelRecord,
  NetworkRecord,
  RoundRecord,
} from '../../records/measurements.ts';
import { type Pacing, pacedUs } from '../../records/pacing.ts';
import { readRun } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { type DrawnSample, drawSample, type Family, familyOf, sampleId } from '../samples/family.ts';
import { isOfEightBits, measuredTypes } from './measured-types.ts';
import { type Summaries, summarizedAnew } from './summarize-anew.ts';

/** What a fit needs of `run.json`. */
const calibrationRun = z.object({
  settings: z.object({
    networks: z.array(z.string()),
    batch: z.int().positive(),
    seed: z.int().nonnegative(),
    budgetSeconds: z.number().nonnegative(),
    table: z.boolean().optional(),
    int8: z.boolean().optional(),
    validate: z.array(z.string()).optional(),
  }),
  context: z.object({ engine: engineDescription, machine: machineDescription }),
  startedAt: z.string(),
});
type CalibrationRun = z.infer<typeof calibrationRun>;

/** A run's measurements, with drift divided out. */
export interface SteadyMeasurements {
  readonly drift: Drift;
  /** Of its own families. */
  readonly networks: readonly NetworkRecord[];
  readonly probes: readonly NetworkRecord[];
  /** Of families that it is validated on. */
  readonly others: readonly NetworkRecord[];
  readonly kernels: readonly KernelRecord[];
  readonly loads: LoadRecords;
}

function readCalibration(out: string): CalibrationRun {
  const advice = { expected: 'a run of `morphline calibrate`', fix: 'name its folder' };
  const path = join(out, 'run.json');
  const run = parsedJson(readRun(out), calibrationRun, advice, path);
  const { rules } = run.context.engine;
  if (isRules(rules)) return run;
  throw new UserError({
    got: `${path} with engine.rules '${rules}', which this version does not have`,
    expected: 'a calibration by this version of morphline',
    fix: 'calibrate again, or fit it with the version that measured it',
  });
}

/** Times by load at the speed that the networks' own are quoted at, what all networks of a load share divided out. */
function pacedLoads(files: MeasurementFiles, networks: readonly NetworkRecord[]): LoadRecords {
  const pacings = new Map(networks.map((row) => [sampleId(row), pacingOf(row)]));
  const paced = <T extends KernelLoadRecord | RoundRecord>(rows: readonly T[]): T[] =>
    rows.map((row) => {
      const time = { latencyUs: row.latency_us, perPacer: row.per_pacer };
      return { ...row, latency_us: pacedUs(time, pacings.get(sampleId(row)) ?? null) };
    });
  const blocks = new Map(networks.map((row) => [sampleId(row), row.block]));
  const loads = { kernels: paced(files.kernelLoads.read()), rounds: paced(files.rounds.read()) };
  return withoutLoadDrift(loads, (row) => blocks.get(sampleId(row)) ?? 0);
}

/** How a network's times were brought to one speed; null where they are raw. */
function pacingOf({ pacer_us: referenceUs, pacer_exponent: exponent }: NetworkRecord): Pacing | null {
  return referenceUs === null || exponent === null ? null : { referenceUs, exponent };
}

/** The pacing of most networks: those of the largest block. */
function typicalPacing(networks: readonly NetworkRecord[]): Pacing | null {
  const blocks = [...groupBy(networks, ({ block }) => block).values()];
  const [largest] = blocks.sort((a, b) => b.length - a.length);
  const first = largest?.[0];
  return first === undefined ? null : pacingOf(first);
}

/** @param summaries of the files */
function readSteady(
  files: MeasurementFiles,
  summaries: Summaries,
  isOther: (network: string) => boolean,
): SteadyMeasurements {
  const { networks: rows } = summaries;
  const own = rows.filter(({ network }) => !isOther(network));
  const drift = driftOf(own.filter(({ role }) => role !== 'probe'));
  const slowness = new Map(rows.map((row) => [sampleId(row), slownessOf(row, drift)]));
  const kernels = summaries.kernels.map((row) => ({
    ...row,
    latency_us: row.latency_us / (slowness.get(sampleId(row)) ?? 1),
  }));
  const of = (wanted: (row: NetworkRecord) => boolean) => withoutDrift(rows.filter(wanted), drift);
  return {
    drift,
    networks: of(({ network, role }) => !isOther(network) && role !== 'probe'),
    probes: of(({ role }) => role === 'probe'),
    others: of(({ network }) => isOther(network)),
    kernels,
    loads: pacedLoads(files, rows),
  };
}

/** What the profile says of its run beside the fit. */
function profileContext(
  { settings, context: { engine, machine }, startedAt }: CalibrationRun,
  { drift, networks, probes }: SteadyMeasurements,
  { name, int8 }: { readonly name: string | undefined; readonly int8: boolean },
) {
  const countOf = (wanted: string) => networks.filter(({ role }) => role === wanted).length;
  return {
    name: name ?? `${machine.processor} ${engineChoice(engine)} ×${engine.threads}${int8 ? ' int8' : ''}`,
    engine,
    machine,
    measuredAt: startedAt,
    settings: {
      ...settings,
      int8,
      samples: {
        fit: countOf('fit'),
        choose: countOf('choose'),
        report: countOf('report'),
        probe: probes.length,
      },
      rounds: Math.min(...[...networks, ...probes].map(({ rounds }) => rounds)),
    },
    sentinelUs: drift.sentinelUs,
    pacer: typicalPacing(networks),
  };
}

export interface ReadRunOptions {
  /** Of the profile; by default what it was measured on. */
  readonly name?: string | undefined;
  /** Summarizes the samples in its files again first. */
  readonly anew?: boolean;
}

/** A run, ready for a fit. */
export interface MeasuredRun {
  readonly measured: SteadyMeasurements;
  /** Its networks with what predictions of them need. */
  readonly samples: readonly NetworkSample[];
  readonly context: ProfileContext;
  /** A row's network with its widths. */
  drawn(record: NetworkRecord): DrawnSample;
}

/**
 * Reads the files of a calibration run:
 *
 *     run.json ─▶ families ─▶ networks, kernels without drift
 *
 * @param networks of the family, where they are not in the zoo
 * @throws UserError for a folder without a calibration, or with no network measured
 */
export function readMeasuredRun(
  out: string,
  networks: readonly Network[],
  { name, anew = false }: ReadRunOptions,
): MeasuredRun {
  const run = readCalibration(out);
  const { settings, context } = run;
  const given = new Map(networks.map((network) => [network.name, network]));
  const named = (name: string) => given.get(name) ?? zooNetwork(name);
  const own = settings.networks.map(named);
  const inTypes = measuredTypes(own, settings.int8 === true);
  const familiesOf = (names: readonly string[]) =>
    names.map((each): [string, Family] => [each, familyOf(inTypes(named(each)))]);
  const others = new Map(familiesOf(settings.validate ?? []));
  const probes = probeNetworks()
    .map(inTypes)
    .map((network): [string, Family] => [network.name, familyOf(network)]);
  const families = new Map([...familiesOf(settings.networks), ...others, ...probes]);
  const files = measurementFiles(out);
  const drawn = (record: NetworkRecord): DrawnSample => {
    const { network, sample, role, law } = record;
    const family = families.get(network);
    const proposed = proposedSample.safeParse({ network, sample, role, law });
    if (family !== undefined && proposed.success) return drawSample(proposed.data, family, settings.seed);
    throw new UserError({
      got: `${files.networks.path} with a row of ${network} by law ${law}`,
      expected: `rows of ${[...families.keys()].join(', ')}, drawn by a law of ours`,
      fix: 'restore the file, or calibrate again',
    });
  };
  const summaries = anew
    ? summarizedAnew(files, drawn, context.engine, settings.batch)
    : { networks: files.networks.read(), kernels: files.kernels.read() };
  if (summaries.networks.length === 0) {
    throw new UserError({
      got: `${out} with no network measured`,
      expected: 'a calibration that has measured some',
      fix: 'resume it with `morphline calibrate`',
    });
  }
  const measured = readSteady(files, summaries, (network) => others.has(network));
  const samples = measured.networks.map((record) => {
    const { family, widths } = drawn(record);
    return networkSample(record, family.network, family.plan, widths, context.engine.rules, settings.batch);
  });
  const int8 = isOfEightBits(own, settings.int8 === true);
  return { measured, samples, context: profileContext(run, measured, { name, int8 }), drawn };
}

// A calibration session: its families, its run file, and its samples with their widths.
import { probeNetworks } from '../../calibration/propose/probe-networks.ts';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import { refuseTypes } from '../../network/refuse-types.ts';
import { requireVariableWidths } from '../../network/variable-widths.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { openRun } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { type DrawnSample, drawSample, type Family, familyOf } from '../samples/family.ts';
import type { SessionOptions } from './calibrate-options.ts';
import { calibrateSettings } from './calibrate-settings.ts';
import { measuredTypes } from './measured-types.ts';

/** Families by name. */
export type Families = ReadonlyMap<string, Family>;

export interface Session {
  readonly measurer: Measurer;
  /** What the profile is fitted to. */
  readonly families: Families;
  /** Networks of a few kernels each. */
  readonly probes: Families;
  /** What it is validated on beside its own. */
  readonly others: Families;
  /** On performance.now()'s clock. */
  readonly startMs: number;
  /** The sample with its widths. */
  draw(proposed: ProposedSample): DrawnSample;
}

const familiesOf = (networks: readonly Network[]): Families =>
  new Map(networks.map((network) => [network.name, familyOf(network)]));

/**
 * Starts a session in a folder, or resumes the one that is there.
 * @throws UserError for a table of several networks, networks without a width to vary, 8 bits on an engine that has none,
 * or a folder of another run
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const {
    measurer,
    out,
    name: _,
    onProgress,
    networks: given,
    validate: others = [],
    from = [],
    few: __,
    ...settings
  } = options;
  const { seed, table, int8 } = settings;
  const inTypes = measuredTypes(given, int8);
  const [networks, validate] = [given.map(inTypes), others.map(inTypes)];
  const startMs = performance.now();
  if (table && networks.length !== 1) {
    throw new UserError({
      got: `a table of ${networks.length} networks`,
      expected: 'one network',
      fix: 'give --table one --network',
    });
  }
  const families = familiesOf(networks);
  for (const { plan } of families.values()) requireVariableWidths(plan);
  const { description } = measurer;
  if (!measurer.rules.quantizes)
    for (const network of networks) refuseTypes(network, engineChoice(description));
  openRun(out, {
    command: 'calibrate',
    settings: calibrateSettings.record(settings, {
      engine: engineChoice(description),
      threads: description.threads,
      rules: description.rules,
      networks: [...families.keys()],
      validate: validate.map(({ name }) => name),
      from: from.map(({ name, measuredAt }) => `${name}, ${measuredAt}`),
    }),
    context: { engine: description, machine: await describeMachine() },
  });
  const probes = familiesOf(probeNetworks().map(inTypes));
  const otherFamilies = familiesOf(validate);
  return {
    measurer,
    families,
    probes,
    others: otherFamilies,
    startMs,
    draw(proposed) {
      const { network } = proposed;
      const family = families.get(network) ?? probes.get(network) ?? otherFamilies.get(network);
      if (family === undefined) {
        throw new UserError({
          got: `a sample of ${network} in targeted.json of ${out}`,
          expected: `networks of ${[...families.keys()].join(', ')}`,
          fix: 'remove the file to have them chosen anew',
        });
      }
      return drawSample(proposed, family, seed);
    },
  };
}

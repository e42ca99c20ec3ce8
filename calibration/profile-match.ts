// Whether a profile still speaks of the engine and the machine in front of us.
import type { EngineDescription } from '../records/engine-description.ts';
import type { MachineDescription } from '../records/machine-description.ts';
import { UserError } from '../records/user-error.ts';
import type { Device } from './device-profile.ts';

/** What tells two processors apart that may have the same name; nothing where either does not say. */
function otherProcessor(there: MachineDescription, here: MachineDescription): string[] {
  const told = ({ processor, processorId: id, instructionSets = [] }: MachineDescription) =>
    id === undefined
      ? null
      : `${processor} (family ${id.family}, model ${id.model}, stepping ${id.stepping}; ${instructionSets.join(' ')})`;
  const [was, now] = [told(there), told(here)];
  return was === null || now === null || was === now
    ? []
    : [`processor ${was} when it was calibrated, ${now} now`];
}

/**
 * Whether a device profile speaks of an engine as it is here. Datasheet devices speak of no engine.
 * @param machine that it runs on, to tell processors of one name apart
 * @returns what differs though predictions can be compared: a profile to be calibrated anew
 * @throws UserError where the kernels are others: another engine, other lowering rules
 */
export function staleness(device: Device, here: EngineDescription, machine?: MachineDescription): string[] {
  if (device.kind === 'datasheet') return [];
  const { engine: there } = device.profile;
  if (there.engine !== here.engine || there.rules !== here.rules) {
    throw new UserError({
      got: `profile ${device.name} of engine ${there.engine} (${there.rules}) for engine ${here.engine} (${here.rules})`,
      expected: 'a profile of the same engine and kernels',
      fix: `calibrate with --engine ${here.engine}`,
    });
  }
  const compared = ['version', 'adapter', 'provider', 'threads'] as const;
  return [
    ...compared
      .filter((key) => there[key] !== here[key])
      .map((key) => `${key} ${there[key]} when it was calibrated, ${here[key]} now`),
    ...(machine === undefined ? [] : otherProcessor(device.profile.machine, machine)),
  ];
}

/** A later session, as far as it tells how the machine's speed has changed. */
export interface LaterSession {
  /** Whose sentinel it timed. */
  readonly network: string;
  readonly batch: number;
  readonly engine: EngineDescription;
  readonly sentinelUs: number;
  /** Time of the pacer at the speed that its latencies are quoted at; null without one. */
  readonly pacerUs: number | null;
}

/**
 * How much slower the machine is than when a profile was calibrated (0.1: 10 %), by the sentinel that both sessions
 * re-timed and by the pacer; null where they have no sentinel in common. The sentinel, half as wide as the network, changes
 * by less than whole networks do, the pacer's dense convolutions by more: over 90 pairs of sessions that were up to 13 %
 * apart, one was off by 2.1 % and the other by 2.3 % (rms), their geometric mean by 1.5 %.
 */
export function driftSince(device: Device, session: LaterSession): number | null {
  if (device.kind === 'datasheet') return null;
  const { settings, engine, sentinelUs, pacer } = device.profile;
  const isSame =
    settings.networks[0] === session.network &&
    settings.batch === session.batch &&
    engine.rules === session.engine.rules &&
    engine.threads === session.engine.threads;
  if (!isSame || sentinelUs === undefined) return null;
  const bySentinel = session.sentinelUs / sentinelUs;
  const pacerThenUs = pacer?.referenceUs;
  if (session.pacerUs === null || pacerThenUs === undefined) return bySentinel - 1;
  return Math.sqrt((bySentinel * session.pacerUs) / pacerThenUs) - 1;
}

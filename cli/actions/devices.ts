// What `morphline devices` does: lists the device profiles that there are, and the datasheet devices.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import { DATASHEET_DEVICES } from '../../calibration/datasheet-devices.ts';
import { type KnownProfile, knownProfiles } from '../../calibration/known-profiles.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { engineChoice } from '../../records/engine-description.ts';
import type { MachineDescription } from '../../records/machine-description.ts';
import { packageRoot } from '../../records/package-version.ts';
import { percent, print, printJson, table } from '../terminal.ts';

export interface DevicesFlags {
  readonly json?: boolean;
}

/** Where runs go unless told otherwise. */
const OWN = 'runs';

/** Whether it was measured on a processor like the one here; null where the profile does not say. */
function isOfHere({ facts: { machine } }: KnownProfile, here: MachineDescription): boolean | null {
  const [was, now] = [machine.processorId, here.processorId];
  if (was === undefined || now === undefined) return machine.processor === here.processor ? null : false;
  return (['family', 'model', 'stepping'] as const).every((key) => was[key] === now[key]);
}

const shortened = (path: string) => {
  const here = relative(process.cwd(), path);
  return here === '' || here.startsWith('..') ? path : here;
};

function row(profile: KnownProfile, here: MachineDescription): string[] {
  const { name, engine, settings, measuredAt, validation, transfer } = profile.facts;
  const of = isOfHere(profile, here);
  return [
    shortened(profile.path),
    name,
    `${engineChoice(engine)} ${engine.version} ×${engine.threads}`,
    `${settings.networks.join(' ')}${settings.int8 === true ? ' int8' : ''}`,
    String(settings.batch),
    measuredAt.slice(0, 10),
    percent(validation.mape),
    transfer === undefined ? (validation.valid ? 'yes' : 'no') : transfer.fits ? 're-scaled' : 'no',
    of === null ? '?' : of ? pc.green('yes') : 'no',
  ];
}

/**
 * @param folders to look in; by default those shipped with the package and `runs`
 * @throws UserError for a folder that is not there
 */
export async function devices(folders: readonly string[], { json = false }: DevicesFlags): Promise<void> {
  const usual = [join(packageRoot(), 'profiles'), OWN].filter(existsSync);
  const found = knownProfiles(folders.length > 0 ? folders : usual);
  const here = await describeMachine();
  if (json) {
    printJson({
      profiles: found.map((profile) => ({
        path: profile.path,
        of_this_processor: isOfHere(profile, here),
        ...profile.facts,
      })),
      datasheets: DATASHEET_DEVICES,
    });
    return;
  }
  if (found.length > 0) {
    const head = [
      'profile',
      'device',
      'engine',
      'networks',
      'batch',
      'measured',
      'error',
      'valid',
      'this CPU',
    ];
    print(
      table(
        head,
        found.map((profile) => row(profile, here)),
      ),
    );
  } else print('no device profiles: `morphline calibrate --budget 1m` makes one');
  print(
    `\nby datasheet: ${DATASHEET_DEVICES.map(({ name, title }) => `${pc.bold(name)} ${title}`).join(', ')}`,
  );
  print(
    pc.dim(
      'a network on one: predict MODEL --device PROFILE; a new device from one: calibrate --from PROFILE',
    ),
  );
}

// Calibrations of devices with one name, told apart by what differs between them.
import type { CalibrationData } from '../experiments/results/calibration-results.ts';
import { groupBy } from '../records/group-by.ts';
import { count, instant } from './number-format.ts';

/** What may differ, what readers think in first. */
const FACTS: readonly ((data: CalibrationData) => string)[] = [
  ({ profile }) => profile.settings.networks.join(' + '),
  ({ profile }) => `batch ${profile.settings.batch}`,
  ({ profile }) => count(profile.engine.threads, 'thread'),
  ({ profile }) => profile.engine.version,
  ({ profile }) => instant(profile.measuredAt),
  ({ directory }) => directory,
];

/** Facts of each, no more than tell them apart. */
function suffixes(list: readonly CalibrationData[]): string[] {
  let told = list.map(() => [] as string[]);
  for (const fact of FACTS) {
    const values = list.map(fact);
    if (new Set(told.map((facts) => facts.join())).size === list.length) break;
    if (new Set(values).size > 1) told = told.map((facts, i) => [...facts, values[i] as string]);
  }
  return told.map((facts) => facts.join(', '));
}

/** With names that are each used once: where several have one name, what differs stands behind it. */
export function distinctNames(calibrations: readonly CalibrationData[]): CalibrationData[] {
  const named = new Map<CalibrationData, string>();
  for (const [name, list] of groupBy(calibrations, ({ profile }) => profile.name)) {
    const told = suffixes(list);
    list.forEach((data, i) => {
      named.set(data, list.length === 1 || told[i] === '' ? name : `${name} (${told[i]})`);
    });
  }
  return calibrations.map((data) => ({
    ...data,
    profile: { ...data.profile, name: named.get(data) ?? data.profile.name },
  }));
}

// How a device is called in prose.
import type { StudySummary } from '../records/study.ts';

/** "P100" for the datasheet device p100; a measured device's own name. */
export function deviceTitle({ name, kind }: Pick<StudySummary['devices'][number], 'name' | 'kind'>): string {
  return kind === 'datasheet' ? name.toUpperCase() : name;
}

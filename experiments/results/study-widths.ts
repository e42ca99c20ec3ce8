// How wide each layer of a study's networks is, drawn again from the study's seed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { planChannels } from '../../network/channel-plan.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { readRun } from '../../records/run-file.ts';
import type { StudyRecord, StudySummary } from '../../records/study.ts';
import { studyDraws } from '../study-analysis/drawn-networks.ts';

/** Of networks × channel groups. */
export interface StudyWidths {
  /** By group: the layer that heads it. */
  readonly layers: readonly string[];
  /** By network, in the order of the rows: each group's width as a share of its full width, in 1/255. */
  readonly shares: readonly Uint8Array[];
}

/** Null where a study's networks cannot be drawn again: its network is a file's, or its run.json is gone. */
export function studyWidths(
  directory: string,
  summary: StudySummary,
  rows: readonly StudyRecord[],
): StudyWidths | null {
  const { network } = summary;
  if (!Object.hasOwn(ZOO, network) || !existsSync(join(directory, 'run.json'))) return null;
  const plan = planChannels(zooNetwork(network));
  const draw = studyDraws(plan, summary, readRun(directory), directory);
  const free = [...plan.groups.keys()].filter((group) => plan.groups[group]?.fixed === false);
  return {
    layers: free.map((group) => plan.groups[group]?.name ?? ''),
    shares: rows.map(({ sample }) => {
      const widths = draw(sample);
      return Uint8Array.from(free, (group) =>
        Math.round((255 * (widths[group] as number)) / (plan.fullWidths[group] as number)),
      );
    }),
  };
}

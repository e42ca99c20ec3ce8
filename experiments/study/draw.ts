// How a study's networks are drawn: the widths of sample k, from its law, its seed and its structure files.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { sampleWidths, widthsAround } from '../../network/sampling.ts';
import { requireVariableWidths } from '../../network/variable-widths.ts';
import { groupWidths } from '../../network/widths.ts';
import { UserError } from '../../records/user-error.ts';
import { DEFAULT_SPREAD, type StudyLaw } from './laws.ts';

/** A structure file: `{ "layer name": width, … }`, missing layers full. */
export const widthsFile = z.object({ file: z.string(), widths: z.record(z.string(), z.number()) });
export type WidthsFile = z.infer<typeof widthsFile>;

/** What the widths of a study's samples follow from; with the network it is all that drawing them again takes. */
export interface DrawSettings {
  readonly law: StudyLaw;
  readonly seed: number;
  /** The centre of law `around`; one per sample of law `file`. */
  readonly files?: readonly WidthsFile[];
  /** Of law `around`. */
  readonly spread?: number;
}

/** What tells whether two studies follow the same structure files: their widths, not their names. */
export function filesHash(files: readonly WidthsFile[]): string {
  const sorted = files.map(({ widths }) => Object.entries(widths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

function oneFile({ law, files }: DrawSettings): WidthsFile {
  const [file] = files ?? [];
  if (file !== undefined && files?.length === 1) return file;
  throw new UserError({
    got: `--law ${law} with ${files?.length ?? 0} files of widths`,
    expected: 'one: the widths to draw around',
    fix: 'add --widths FILE',
  });
}

function fileWidths(plan: ChannelPlan, { file, widths }: WidthsFile): Int32Array {
  try {
    return groupWidths(plan, widths);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ got: `--widths ${file}: ${error.got}`, expected: error.expected, fix: error.fix });
  }
}

/** Per group: 1 where a file names one of its layers. */
function namedGroups(plan: ChannelPlan, { widths }: WidthsFile): Uint8Array {
  const named = new Uint8Array(plan.groups.length);
  for (const name of Object.keys(widths)) {
    for (const group of plan.outputChannels[plan.layerIndex.get(name) as number]?.groups ?? [])
      named[group] = 1;
  }
  return named;
}

/**
 * The group widths of every sample of a study. Sample k depends on these settings and k alone.
 * @throws UserError for files that do not fit the law or the network
 */
export function drawsOf(plan: ChannelPlan, settings: DrawSettings): (sample: number) => Int32Array {
  const { law, seed, files = [], spread = DEFAULT_SPREAD } = settings;
  if (law !== 'file') requireVariableWidths(plan);
  if (law === 'around') {
    const file = oneFile(settings);
    const centre = fileWidths(plan, file);
    const varies = namedGroups(plan, file);
    return (sample) => widthsAround(plan, centre, spread, varies, seed, sample);
  }
  if (law === 'file') {
    const given = files.map((file) => fileWidths(plan, file));
    return (sample) => {
      const widths = given[sample];
      if (widths !== undefined) return widths;
      throw new UserError({
        got: `sample ${sample} of ${given.length} structure files`,
        expected: 'a file for each sample',
        fix: 'give as many files as the study has samples',
      });
    };
  }
  if (files.length > 0) {
    throw new UserError({
      got: `--widths with --law ${law}, which draws around no file`,
      expected: '--law around, or --widths without --law to study exactly those files',
      fix: 'change the law or leave the files out',
    });
  }
  return (sample) => sampleWidths(plan, law, seed, sample);
}

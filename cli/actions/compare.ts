// What `morphline compare` does: measures networks against the first, or predicts devices against each other.
import { compareDevices } from '../../experiments/compare/compare-devices.ts';
import { compareNetworks } from '../../experiments/compare/compare-networks.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { COMPARISON_FILE, type ComparisonResult } from '../../records/comparison.ts';
import type { DeviceComparison } from '../../records/device-comparison.ts';
import { UserError } from '../../records/user-error.ts';
import {
  commonBatch,
  deviceNamed,
  openContestant,
  openNamedDevice,
  timedContestant,
} from '../contestants.ts';
import { type Keep, keepingResult } from '../kept-result.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags, WidthFlags } from '../options.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { comparisonText, deviceComparisonText } from './compare-text.ts';

export interface CompareFlags extends CommonFlags, SizeFlags, WidthFlags {
  readonly engine?: string;
  readonly batch?: number;
  readonly threads: number;
  readonly seed: number;
  readonly precision: number;
  readonly budget: number;
  readonly deployed?: boolean;
  readonly network?: readonly string[];
  readonly out?: string;
}

/** Exit code of a comparison that was left open. */
const INCONCLUSIVE = 3;

/** One result as it is, several as a list; the exit code. */
function finish(results: readonly (ComparisonResult | DeviceComparison)[], flags: CompareFlags): number {
  if (flags.json === true) printJson(results.length === 1 ? results[0] : results);
  return results.every(({ conclusive }) => conclusive) ? 0 : INCONCLUSIVE;
}

/** B as flags make it of A: A at other widths. */
function withWidths(a: string, { widths, widthMultiplier }: CompareFlags): string[] {
  if (widths !== undefined && widthMultiplier !== undefined) {
    throw new UserError({
      got: `--widths ${widths} and --width-multiplier ${widthMultiplier}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  return widths === undefined && widthMultiplier === undefined ? [] : [`${a}@${widths ?? widthMultiplier}`];
}

async function compareOnDevices(texts: readonly string[], flags: CompareFlags, keep: Keep): Promise<number> {
  const other = texts.find((text) => deviceNamed(text) === null);
  if (other !== undefined) {
    throw new UserError({
      got: `device profiles and '${other}'`,
      expected: 'device profiles alone, or networks alone',
      fix: 'name networks to compare devices by with --network',
    });
  }
  if (flags.network === undefined) {
    throw new UserError({
      got: `the devices ${texts.join(' and ')} without a network`,
      expected: '--network with one or more',
      fix: 'add --network inception-v2, say',
    });
  }
  const [first, ...rest] = texts.map(openNamedDevice);
  if (first === undefined) return 0;
  const results: DeviceComparison[] = [];
  for (const text of flags.network) {
    const contestant = await openContestant(text, flags);
    const batch = commonBatch([contestant], flags.batch);
    for (const device of rest) results.push(compareDevices(contestant, first, device, batch));
  }
  keep(results);
  if (flags.json !== true) print(results.map(deviceComparisonText).join('\n'));
  return finish(results, flags);
}

/**
 * Compares each B with A, one after the other.
 * @returns the exit code: 0 where all are known, 3 where one is not
 * @throws UserError for a network, device or engine that is not there, and for widths that do not fit
 */
export function compare(a: string, named: readonly string[], flags: CompareFlags): Promise<number> {
  const file = COMPARISON_FILE;
  return keepingResult({ out: flags.out, command: 'compare', file }, (keep) =>
    compareKept(a, named, flags, keep),
  );
}

async function compareKept(
  a: string,
  named: readonly string[],
  flags: CompareFlags,
  keep: Keep,
): Promise<number> {
  const others = [...named, ...withWidths(a, flags)];
  if (others.length === 0)
    throw new UserError({
      got: `${a} alone`,
      expected: 'two or more',
      fix: 'name another one, or give --widths',
    });
  if ([a, ...others].some((text) => deviceNamed(text) !== null))
    return compareOnDevices([a, ...others], flags, keep);
  if (flags.network !== undefined) {
    throw new UserError({
      got: '--network for networks',
      expected: 'device profiles to compare',
      fix: 'leave --network out',
    });
  }
  const { engine, threads, seed, precision, budget: budgetSeconds } = flags;
  const opened = await Promise.all([a, ...others].map((text) => openContestant(text, flags)));
  const batch = commonBatch(opened, flags.batch);
  const measurer = await openIsolated({ threads, ...(engine === undefined ? {} : { engine }) });
  const results: ComparisonResult[] = [];
  try {
    const deployed = flags.deployed === true;
    const timed = opened.map((each) => timedContestant(each, { batch, deployed }, measurer.description));
    const [first, ...rest] = timed;
    if (first === undefined) return 0;
    for (const b of rest) {
      const bar = progressBar('compare', flags.quiet === true || flags.json === true);
      const result = await compareNetworks({
        measurer,
        a: first,
        b,
        batch,
        seed,
        precision,
        budgetSeconds,
        starts: true,
        onProgress: bar.update,
      });
      bar.finish();
      results.push(result);
      keep(results);
      if (flags.json !== true) print(comparisonText(result));
    }
  } finally {
    await measurer.close();
  }
  return finish(results, flags);
}

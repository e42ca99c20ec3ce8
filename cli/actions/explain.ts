// What `morphline explain` does: takes the difference between two networks' times apart, predicted or measured.
import { openDevice } from '../../calibration/open-device.ts';
import { explainChange } from '../../experiments/explain/explain-change.ts';
import { measureChange } from '../../experiments/explain/measure-change.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { EXPLANATION_FILE, type Explanation } from '../../records/explanation.ts';
import { UserError } from '../../records/user-error.ts';
import { commonBatch, deviceNamed, openContestant } from '../contestants.ts';
import { type Keep, keepingResult } from '../kept-result.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags } from '../options.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { explanationText } from './explain-text.ts';

export interface ExplainFlags extends CommonFlags, SizeFlags {
  readonly device?: string;
  readonly measure?: boolean;
  readonly engine?: string;
  readonly batch?: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
  readonly layers: number;
  readonly out?: string;
}

type Options = Parameters<typeof explainChange>[0];

/** Measures with the profile's engine unless another is named, which is then refused if it is. */
async function measured(options: Options, flags: ExplainFlags) {
  const { threads, seed, budget: budgetSeconds } = flags;
  const { device } = options;
  const own = device.kind === 'measured' ? engineChoice(device.profile.engine) : undefined;
  const engine = flags.engine ?? own;
  if (device.kind === 'datasheet') {
    throw new UserError({
      got: `--measure with ${device.name}, a datasheet`,
      expected: 'a device.json of this machine and engine, to tell causes by',
      fix: 'make one with `morphline calibrate`, or leave --measure out',
    });
  }
  const measurer = await openIsolated({ threads, ...(engine === undefined ? {} : { engine }) });
  const bar = progressBar('explain', flags.quiet === true || flags.json === true);
  try {
    return await measureChange({ ...options, measurer, seed, budgetSeconds, onProgress: bar.update });
  } finally {
    bar.finish();
    await measurer.close();
  }
}

/** @throws UserError for a network, device or engine that is not there, and for widths that do not fit */
export function explain(a: string, b: string, flags: ExplainFlags): Promise<void> {
  const file = EXPLANATION_FILE;
  return keepingResult({ out: flags.out, command: 'explain', file }, (keep) =>
    explainKept(a, b, flags, keep),
  );
}

async function explainKept(a: string, b: string, flags: ExplainFlags, keep: Keep): Promise<void> {
  if (flags.device === undefined) {
    throw new UserError({
      got: 'explain without --device',
      expected: 'a datasheet device or the path of a device.json',
      fix: 'add --device device.json of this machine (`morphline calibrate` makes one)',
    });
  }
  const device = openDevice(deviceNamed(flags.device) ?? flags.device);
  const [first, second] = [await openContestant(a, flags), await openContestant(b, flags)];
  const batch = commonBatch([first, second], flags.batch);
  const options = { device, a: first, b: second, batch };
  let explanation: Explanation;
  let stale: readonly string[] = [];
  if (flags.measure === true) ({ explanation, stale } = await measured(options, flags));
  else explanation = explainChange(options);
  keep(explanation);
  if (flags.json === true) printJson(explanation);
  else print(explanationText(explanation, flags.layers, stale));
}

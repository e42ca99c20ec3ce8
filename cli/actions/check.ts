// What `morphline check` does: holds networks to a budget file, or writes today's values into it.
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkBudget, todaysLimits } from '../../experiments/check/check-budget.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { CHECK_FILE, readBudget } from '../../records/budget.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { BudgetEntries, type Named, type OpenedEntry } from '../budget-entries.ts';
import { type Keep, keepingResult } from '../kept-result.ts';
import type { CommonFlags } from '../options.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { junitXml } from './check-junit.ts';
import { stepSummary } from './check-summary.ts';
import { changedText, checkText } from './check-text.ts';

export interface CheckFlags extends CommonFlags {
  readonly budgetFile: string;
  readonly update?: boolean;
  readonly junit?: string;
  readonly summary?: string;
  readonly out?: string;
  readonly budget: number;
  readonly seed: number;
}

const BROKEN = 1;
/** As of a comparison that its budget left open. */
const INCONCLUSIVE = 3;

async function openEntries(entries: BudgetEntries, file: string): Promise<OpenedEntry[]> {
  const opened: OpenedEntry[] = [];
  for (const entry of readBudget(file).budgets) opened.push(await entries.open(entry));
  return opened;
}

/** Measures entries against their baselines, on engines that stay open for the next one. */
class Measuring {
  private readonly measurers = new Map<string, Measurer>();
  private readonly flags: CheckFlags;

  constructor(flags: CheckFlags) {
    this.flags = flags;
  }

  private async measurer({ entry, profile }: OpenedEntry): Promise<Measurer> {
    const there = profile?.kind === 'measured' ? profile.profile.engine : undefined;
    const engine = entry.engine ?? (there === undefined ? undefined : engineChoice(there));
    const threads = entry.threads ?? there?.threads ?? 1;
    const key = `${engine} ${threads}`;
    const known = this.measurers.get(key);
    if (known !== undefined) return known;
    const { openIsolated } = await import('../../profiler/timing/isolation/isolated-measurer.ts');
    const opened = await openIsolated({ threads, ...(engine === undefined ? {} : { engine }) });
    this.measurers.set(key, opened);
    return opened;
  }

  /** Both as the files they are, or both as we deploy them. */
  private async contestants({ named, batch }: OpenedEntry, against: Named, measurer: Measurer) {
    const { ownFile } = await import('../own-file.ts');
    const file = ({ path, opened, widths }: Named) =>
      path === null ? undefined : ownFile(path, opened, { ...widths, batch }, measurer.description);
    const files = [file(against), file(named)] as const;
    return [against, named].map(({ name, network }, index) => {
      const own = files.includes(undefined) ? undefined : files[index];
      return { name, network, ...(own === undefined ? {} : { file: own }) };
    });
  }

  async measure(entry: OpenedEntry, atMost: number) {
    const { checkMeasuredHere, measureLimit } = await import('../../experiments/check/measured-limit.ts');
    const { title, profile, batch, against } = entry;
    const measurer = await this.measurer(entry);
    if (profile !== null) {
      const { describeMachine } = await import('../../profiler/machine.ts');
      checkMeasuredHere(profile, measurer, await describeMachine(), title);
    }
    if (against === null) throw new Error(`${title} has no baseline`);
    const [baseline, network] = await this.contestants(entry, against, measurer);
    if (baseline === undefined || network === undefined) throw new Error(`${title} was not opened`);
    const { quiet = false, json = false, seed, budget: budgetSeconds } = this.flags;
    const bar = progressBar('check', quiet || json);
    try {
      return await measureLimit({
        measurer,
        baseline,
        network,
        batch,
        seed,
        atMost,
        budgetSeconds,
        onProgress: bar.update,
      });
    } finally {
      bar.finish();
    }
  }

  async close(): Promise<void> {
    for (const measurer of this.measurers.values()) await measurer.close();
  }
}

async function update(file: string, entries: readonly OpenedEntry[], json: boolean): Promise<void> {
  const { updatedBudget } = await import('../../experiments/check/update-budget.ts');
  const changes = todaysLimits(entries);
  const before = readFileSync(file, 'utf8');
  const after = updatedBudget(before, changes);
  if (after !== before) writeFileAtomic(file, after);
  if (json) printJson(changes);
  else print(changedText(changes, file));
}

/**
 * Checks the limits of a budget file.
 * @returns the exit code: 0 where all are kept, 1 where one is broken, 3 where none is and a measured one is open
 * @throws UserError for a budget file that does not fit, and for what it names that is not there
 */
export function check(flags: CheckFlags): Promise<number> {
  return keepingResult({ out: flags.out, command: 'check', file: CHECK_FILE }, (keep) =>
    checkKept(flags, keep),
  );
}

async function checkKept(flags: CheckFlags, keep: Keep): Promise<number> {
  const { budgetFile: file, json = false, junit, summary = process.env.GITHUB_STEP_SUMMARY } = flags;
  const opener = new BudgetEntries(dirname(resolve(file)), flags.update !== true);
  const measuring = new Measuring(flags);
  try {
    const entries = await openEntries(opener, file);
    if (flags.update === true) {
      await update(file, entries, json);
      return 0;
    }
    const result = await checkBudget(file, entries, (index, atMost) =>
      measuring.measure(entries[index] as OpenedEntry, atMost),
    );
    keep(result);
    if (json) printJson(result);
    else print(checkText(result));
    if (junit !== undefined) writeFileAtomic(junit, junitXml(result));
    if (summary !== undefined && summary !== '') appendFileSync(summary, stepSummary(result));
    if (result.broken > 0) return BROKEN;
    return result.inconclusive > 0 ? INCONCLUSIVE : 0;
  } finally {
    await measuring.close();
    for (const folder of opener.temporary) rmSync(folder, { recursive: true, force: true });
  }
}

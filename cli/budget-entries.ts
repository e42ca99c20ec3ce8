// The networks, devices and baselines that a budget file's entries name, opened.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { datasheetDevice } from '../calibration/datasheet-devices.ts';
import type { Device } from '../calibration/device-profile.ts';
import { openDevice } from '../calibration/open-device.ts';
import type { CheckedEntry } from '../experiments/check/check-budget.ts';
import { predictedValues } from '../experiments/check/predicted-limits.ts';
import type { OpenedModel } from '../network/model-file.ts';
import type { Network } from '../network/network.ts';
import { resizeNetwork } from '../network/widths.ts';
import { ZOO } from '../network/zoo/index.ts';
import type { Baseline, BudgetEntry } from '../records/budget.ts';
import { oneLine } from '../records/one-line.ts';
import { UserError } from '../records/user-error.ts';
import { batchOf, openModel, sizedPlan } from './models.ts';
import type { WidthFlags } from './options.ts';

/** A network as an entry or its baseline names it. */
export interface Named {
  readonly name: string;
  readonly network: Network;
  readonly opened: OpenedModel;
  /** Of its file; null of a zoo network. */
  readonly path: string | null;
  readonly widths: WidthFlags;
}

export interface OpenedEntry extends CheckedEntry {
  readonly entry: BudgetEntry;
  readonly named: Named;
  readonly batch: number;
  readonly profile: Device | null;
  /** Null where nothing is measured. */
  readonly against: Named | null;
}

/** Of a model file, from the budget file's folder; null of a zoo network. */
function pathOf(model: string, directory: string): string | null {
  return Object.hasOwn(ZOO, model) || !/[\\/]|\.[a-z]\w*$/i.test(model) ? null : resolve(directory, model);
}

function widthFlags(
  { widths, width_multiplier }: Pick<BudgetEntry, 'widths' | 'width_multiplier'>,
  directory: string,
): WidthFlags {
  return {
    ...(widths === undefined ? {} : { widths: resolve(directory, widths) }),
    ...(width_multiplier === undefined ? {} : { widthMultiplier: width_multiplier }),
  };
}

/** Bytes of the files of a network, or of the one that it would be exported to. */
async function sizeBytes({ network, path, widths }: Named, batch: number): Promise<number> {
  const isFile = path !== null && Object.keys(widths).length === 0;
  if (isFile) return (await import('../network/model-file-parts.ts')).modelFileBytes(path);
  return (await import('../network/onnx/exported-bytes.ts')).exportedBytes(network, batch);
}

/** Opens what entries name. Files of commits are written into folders that {@link BudgetEntries.temporary} lists. */
export class BudgetEntries {
  /** To be removed when all is measured. */
  readonly temporary: string[] = [];
  private readonly directory: string;
  private readonly measures: boolean;

  /**
   * @param directory of the budget file
   * @param measures whether baselines are wanted
   */
  constructor(directory: string, measures: boolean) {
    this.directory = directory;
    this.measures = measures;
  }

  /** The file of a baseline, as its commit has it. */
  private async path({ commit, model }: Baseline, own: string): Promise<string | null> {
    const path = pathOf(model ?? own, this.directory);
    if (commit === undefined) return path;
    if (path === null) {
      throw new UserError({
        got: `baseline ${oneLine(model ?? own)} of commit ${oneLine(commit)}`,
        expected: 'a model file: networks of the zoo are in no commit of yours',
        fix: 'name a file, or leave "commit" out',
      });
    }
    const { writeCommitFiles } = await import('../experiments/check/commit-files.ts');
    const into = mkdtempSync(join(tmpdir(), 'morphline-'));
    this.temporary.push(into);
    return writeCommitFiles({ directory: this.directory, commit, path }, into);
  }

  private async named(
    name: string,
    model: string,
    path: string | null,
    entry: BudgetEntry,
    sized: Pick<BudgetEntry, 'widths' | 'width_multiplier'>,
  ): Promise<Named> {
    const { image, dim } = entry;
    const opened = await openModel(path ?? model, {
      ...(image === undefined ? {} : { image }),
      ...(dim === undefined ? {} : { dim }),
    });
    const widths = widthFlags(sized, this.directory);
    const { plan, widths: groups } = sizedPlan(opened.network, widths);
    return { name, network: resizeNetwork(plan, groups), opened, path, widths };
  }

  private async baseline(entry: BudgetEntry): Promise<Named | null> {
    const { model, title = model, baseline, limits } = entry;
    if (limits.measured_latency_ratio === undefined || !this.measures) return null;
    if (baseline === undefined) {
      throw new UserError({
        got: `limit measured_latency_ratio of ${oneLine(title)} without a baseline`,
        expected: 'what the ratio is of',
        fix: 'add "baseline": { "model": … } or { "commit": … } to the entry',
      });
    }
    const of = baseline.model ?? model;
    const name = baseline.commit === undefined ? of : `${of} of ${baseline.commit}`;
    return this.named(name, of, await this.path(baseline, model), entry, baseline);
  }

  /** @throws UserError for a network, device, file of widths or baseline that is not there, or does not fit */
  async open(entry: BudgetEntry): Promise<OpenedEntry> {
    const { model, title = model, device, view = null, limits } = entry;
    const isDatasheet = device !== undefined && datasheetDevice(device) !== undefined;
    const profile =
      device === undefined ? null : openDevice(isDatasheet ? device : resolve(this.directory, device));
    const named = await this.named(title, model, pathOf(model, this.directory), entry, entry);
    const batch = batchOf(named.opened, entry.batch);
    const { plan, widths } = sizedPlan(named.opened.network, named.widths);
    const against = await this.baseline(entry);
    const costed = {
      plan,
      widths,
      batch,
      device: profile,
      view,
      sizeBytes: limits.size_bytes === undefined ? null : await sizeBytes(named, batch),
    };
    return {
      entry,
      title,
      device: profile === null ? null : isDatasheet ? profile.name : basename(device ?? profile.name),
      limits,
      currentValue: predictedValues(costed, title),
      baseline: against?.name ?? null,
      named,
      batch,
      profile,
      against,
    };
  }
}

// The chosen networks of a seed trained, each with its row of sweep.csv and its structure.
import { join } from 'node:path';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { widthsByLayer } from '../../network/widths.ts';
import { writeJson } from '../../records/run-file.ts';
import type { SweepRecord } from '../../records/sweep.ts';
import type { ProgressListener } from '../progress.ts';
import { baseOf } from './base.ts';
import type { ChosenNetworks, Kept, SeedRun, Source } from './choose-networks.ts';
import { variantId } from './methods.ts';
import type { SweepRun } from './sweep-run.ts';
import { type TrainedVariant, trainVariant } from './train-variant.ts';

/** The row of a trained network. */
export function rowOf(
  { run, seed, seedUs }: SeedRun,
  { method, form, budget }: Pick<SweepRecord, 'method' | 'form' | 'budget'>,
  network: Network,
  measured: Pick<Kept, 'latencyUs' | 'standardError' | 'seedUs'>,
  { scratch, survived, seconds }: TrainedVariant,
): SweepRecord {
  const { device, budgetIn } = run.options;
  const { plan, predictor } = baseOf(network, device, budgetIn);
  const predictedUs = predictor.latencyUs(plan.fullWidths);
  const { flops, parameters } = new MorphNetView(plan).totals(plan.fullWidths, [], new Float64Array(0));
  return {
    seed,
    method,
    form,
    budget,
    flops,
    parameters,
    predicted_us: predictedUs,
    measured_us: measured.latencyUs,
    standard_error: measured.standardError,
    predicted_speedup: seedUs / predictedUs,
    measured_speedup: measured.seedUs / measured.latencyUs,
    accuracy: Math.max(scratch, survived ?? 0),
    accuracy_scratch: scratch,
    accuracy_survived: survived,
    seconds,
  };
}

/** Trains the networks that were chosen and writes their rows. @returns weights of each, by id */
export async function trainChosen(
  own: SeedRun,
  sources: readonly Source[],
  chosen: ChosenNetworks,
  onProgress: ProgressListener,
): Promise<Map<string, Weights>> {
  const { run, seed } = own;
  const { out } = run.options;
  const weights = new Map<string, Weights>();
  for (const [index, { variant, base, weights: trained, snapshots }] of sources.entries()) {
    const id = variantId(variant);
    const found = chosen.get(id);
    if (found === undefined) throw new Error(`${id} was not chosen`);
    const { kept, network } = found;
    const result = await trainVariant(
      run,
      seed,
      id,
      network,
      { base, weights: trained, chosen: kept.chosen, snapshots },
      ({ fraction }) =>
        onProgress({
          fraction: (index + fraction) / sources.length,
          text: `seed ${seed}: training ${id}, ${index + 1} of ${sources.length}`,
        }),
    );
    weights.set(id, result.weights);
    const structure = widthsByLayer(base.plan, Int32Array.from(kept.chosen.widths));
    writeJson(join(out, 'structures', `seed-${seed}-${id}.json`), structure);
    addRow(run, rowOf(own, variant, network, kept, result));
  }
  return weights;
}

/** Writes a row unless it is there: a resumed sweep trains nothing twice. */
export function addRow({ rows }: SweepRun, row: SweepRecord): void {
  const isSame = (other: SweepRecord) =>
    other.seed === row.seed &&
    other.method === row.method &&
    other.form === row.form &&
    other.budget === row.budget;
  if (!rows.read().some(isSame)) rows.append([row]);
}

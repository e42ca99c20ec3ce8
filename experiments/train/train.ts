// A training run: MorphNet's Algorithm 1 on one device, beside the width multiplier that is as fast, all measured.
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { TRAINED_NETWORKS, type TrainResult } from '../../records/training.ts';
import { partOf } from '../progress.ts';
import { chooseMultiplier } from './choose-multiplier.ts';
import { expandToBudget } from './expand-to-budget.ts';
import { shrinkSeed } from './shrink-seed.ts';
import { timeNetworks } from './time-networks.ts';
import { trainFresh } from './train-fresh.ts';
import { resultOf } from './train-result.ts';
import { openTrainingRun, type TrainOptions } from './training-run.ts';
import { writeResults } from './write-results.ts';

export type { TrainOptions } from './training-run.ts';

/**
 * ```
 *  seed ──▶ shrink ──▶ expand ──▶ retrain ─┬────────────────────────────┐
 *  trained  channels   widths to  expanded ▼                            ▼
 *  at full  die        the budget  baseline: which multiplier     measure all four ──▶ write
 *  width    (structure.json)       is as fast (multiplier.json)?        ▲   layers.csv, result.json,
 *                                   └──▶ trained at its widths ─────────┘   model.onnx, model/
 * ```
 * Every stage that trains leaves `metrics.csv` and a checkpoint: a killed run goes on after its last whole epoch.
 * @throws UserError if the data does not fit the network, or `out` holds a run of other settings
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const part = (from: number, to: number) => partOf(options.onProgress, from, to);
  const run = await openTrainingRun(options);
  const { plan } = run;

  const seed = await trainFresh(run, 'seed', plan.fullWidths, part(0, 0.33));
  const shrunk = await shrinkSeed(run, seed, part(0.33, 0.6));
  const expansion = expandToBudget(run, shrunk.widths);
  const expanded = await trainFresh(run, 'expanded', expansion.widths, part(0.6, 0.78));

  const measurer = await options.openMeasurer();
  try {
    const chosen = await chooseMultiplier(run, measurer, expanded, part(0.78, 0.8));
    const multiplier = await trainFresh(run, 'multiplier', multiplyWidths(plan, chosen), part(0.8, 0.97));
    const networks = { seed, shrunk, expanded, multiplier };
    const timed = await timeNetworks(
      run,
      measurer,
      new Map(TRAINED_NETWORKS.map((name) => [name, networks[name].network])),
      part(0.97, 1),
    );
    const measuredOn = measurer.description;
    const result = resultOf(run, { networks, expansion, multiplier: chosen, timed, measuredOn });
    await writeResults(run, networks, result);
    return result;
  } finally {
    await measurer.close();
  }
}

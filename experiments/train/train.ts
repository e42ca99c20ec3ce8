// A training run: MorphNet's Algorithm 1 on one device, beside the width multiplier that is as fast, all measured.
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { TRAINED_NETWORKS, type TrainResult } from '../../records/training.ts';
import { UserError } from '../../records/user-error.ts';
import { partOf } from '../progress.ts';
import { chooseMultiplier } from './choose-multiplier.ts';
import { openMeasurerOf, requireFloats } from './device-measurer.ts';
import { type Iteration, iterate } from './iterate.ts';
import { timeNetworks } from './time-networks.ts';
import { trainNetwork } from './train-network.ts';
import { resultOf } from './train-result.ts';
import { type TrainSettings, trainSettings } from './train-settings.ts';
import { type CompleteTrainOptions, openTrainingRun, rebased, type TrainOptions } from './training-run.ts';
import { writeResults } from './write-results.ts';

export type { TrainOptions } from './training-run.ts';

function requireChoice({ choose, iterations }: TrainSettings): void {
  if (choose !== 'knapsack' || iterations === 1) return;
  throw new UserError({
    got: `--iterations ${iterations} with --choose knapsack`,
    expected: 'one iteration: what a knapsack chose fills its budget, and leaves nothing to shrink to',
    fix: 'leave one of the two away',
  });
}

/**
 * ```
 *  seed ──▶ shrink ──▶ choose ──▶ retrain ─┬────────────────────────────┐
 *  trained  channels   widths to  expanded ▼                            ▼
 *  at full  die        the budget  baseline: which multiplier     measure all four ──▶ write
 *  width    (structure.json)       is as fast (multiplier.json)?        ▲   layers.csv, result.json,
 *             ▲                ╎    └──▶ trained at its widths ─────────┘   model.onnx, model/
 *             └─ iterations ◀──╯
 * ```
 * Every stage that trains leaves `metrics.csv` and a checkpoint: a killed run goes on after its last whole epoch.
 * @throws UserError for a setting or an engine that there is not, a device of 8 bits, data that does not fit the network, or
 * an `out` that holds a run of other settings or another process
 */
export async function train(given: TrainOptions): Promise<TrainResult> {
  const { device, out } = given;
  const settings = { ...given, ...trainSettings.complete(given) };
  requireChoice(settings);
  requireFloats(device);
  return holdingFolder(out, 'train', async () => {
    const { openMeasurer = () => openMeasurerOf(device) } = given;
    const training = given.training ?? (await openTrainingEngine());
    try {
      return await trainHere({ ...settings, training, openMeasurer });
    } finally {
      if (given.training === undefined) await training.close();
    }
  });
}

async function trainHere(options: CompleteTrainOptions): Promise<TrainResult> {
  const part = (from: number, to: number) => partOf(options.onProgress, from, to);
  const run = await openTrainingRun(options);
  const { plan } = run;

  const seed = await trainNetwork(run, 'seed', plan.fullWidths, part(0, 0.33));
  const iterations: Iteration[] = [];
  let last = seed;
  for (let index = 0; index < options.iterations; index++) {
    const at = (done: number) => 0.33 + (0.45 * done) / options.iterations;
    const own = index === 0 ? run : rebased(run, last);
    const iteration = await iterate(own, last, index + 1, part(at(index), at(index + 1)));
    iterations.push(iteration);
    last = iteration.expanded;
  }
  const { shrunk, expanded } = iterations.at(-1) as Iteration;

  const measurer = await options.openMeasurer();
  try {
    const chosen = await chooseMultiplier(run, measurer, expanded, part(0.78, 0.8));
    const multiplier = await trainNetwork(run, 'multiplier', multiplyWidths(plan, chosen), part(0.8, 0.97));
    const networks = { seed, shrunk, expanded, multiplier };
    const timed = await timeNetworks(
      run,
      measurer,
      new Map(TRAINED_NETWORKS.map((name) => [name, networks[name].network])),
      part(0.97, 1),
    );
    const measuredOn = measurer.description;
    const result = resultOf(run, { networks, iterations, multiplier: chosen, timed, measuredOn });
    await writeResults(run, networks, result);
    return result;
  } finally {
    await measurer.close();
  }
}

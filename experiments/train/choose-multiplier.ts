// The baseline's phase that measures: which width multiplier makes the seed network as fast as the expanded one.
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_WIDTH_MULTIPLIER, multiplyWidths } from '../../network/width-multiplier.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { decidedOnce } from '../../records/run-file.ts';
import type { ProgressListener } from '../progress.ts';
import { timeNetworks } from './time-networks.ts';
import { latencyOf, type TrainedNetwork, type TrainingRun } from './training-run.ts';
import { candidateMultipliers, equallyFast } from './width-multipliers.ts';

/** What multiplier.json decides. */
const decidedMultiplier = z.object({ multiplier: z.number().positive().max(MAX_WIDTH_MULTIPLIER) });

async function timeCandidates(
  run: TrainingRun,
  measurer: Measurer,
  expanded: TrainedNetwork,
  onProgress: ProgressListener,
): Promise<number> {
  const { plan, predictor } = run;
  const multipliers = candidateMultipliers(
    (multiplier) => predictor.latencyUs(multiplyWidths(plan, multiplier)),
    latencyOf(run, expanded),
  );
  const networks = new Map([['expanded', expanded.network]]);
  for (const multiplier of multipliers)
    networks.set(String(multiplier), resizeNetwork(plan, multiplyWidths(plan, multiplier)));
  const timed = await timeNetworks(run, measurer, networks, onProgress);
  return equallyFast(
    multipliers,
    multipliers.map((multiplier) => timed.of(String(multiplier)).latencyUs),
    timed.of('expanded').latencyUs,
  );
}

/** The multiplier whose network is measured closest to the expanded one; a resumed run keeps its choice. */
export async function chooseMultiplier(
  run: TrainingRun,
  measurer: Measurer,
  expanded: TrainedNetwork,
  onProgress: ProgressListener,
): Promise<number> {
  const path = join(run.options.out, 'multiplier.json');
  const { multiplier } = await decidedOnce(path, decidedMultiplier, async () => ({
    multiplier: await timeCandidates(run, measurer, expanded, onProgress),
  }));
  return multiplier;
}

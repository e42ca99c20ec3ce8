// The networks of a finished study, drawn again from its seed and checked against its rows.
import { z } from 'zod';
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { parsedJson } from '../../records/json-text.ts';
import type { RunFile } from '../../records/run-file.ts';
import { predictedUs, type StudyRecord, type StudySummary } from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import { drawsOf, widthsFile } from '../study/draw.ts';
import { STUDY_LAWS } from '../study/laws.ts';
import type { StudyFiles } from './read-study.ts';

/** Recomputed FLOPs are integers; predictions may differ by this much between versions of morphline. */
const PREDICTION_TOLERANCE = 0.05;

/** What drawing again takes besides the seed, as study.json and run.json keep it. */
const drawSettings = z.object({
  law: z.enum(STUDY_LAWS),
  spread: z.number().positive().optional(),
  files: z.array(widthsFile).optional(),
});

/**
 * The draw that a study's samples came from, by number.
 * @throws UserError for settings that this version does not know
 */
export function studyDraws(
  plan: ChannelPlan,
  { law, seed }: StudySummary,
  { settings, context }: RunFile,
  directory: string,
): (sample: number) => Int32Array {
  const kept = { law, spread: settings.spread, files: context.widths };
  const advice = {
    expected: 'the files of a study of this version',
    fix: 'restore them, or run the study again',
  };
  const { spread, files, ...drawn } = parsedJson(kept, drawSettings, advice, directory);
  return drawsOf(plan, {
    ...drawn,
    seed,
    ...(files === undefined ? {} : { files }),
    ...(spread === undefined ? {} : { spread }),
  });
}

/** The networks of a study, drawn again from seed and number. */
export interface DrawnNetworks {
  readonly plan: ChannelPlan;
  readonly view: MorphNetView;
  /** Group widths of a row. */
  widthsOf(row: StudyRecord): Int32Array;
  /** By column of study.csv, in the order of the study's devices that are at hand. */
  readonly predictors: ReadonlyMap<string, LatencyPredictor>;
}

/** @throws UserError where a study's rows are of other networks or of another device profile than those at hand */
export function drawnNetworks({ summary, run, rows, devices, directory }: StudyFiles): DrawnNetworks {
  const { network, seed, batch } = summary;
  const plan = planChannels(zooNetwork(network));
  const view = new MorphNetView(plan, batch);
  const predictors = new Map<string, LatencyPredictor>();
  summary.devices.forEach(({ column }, i) => {
    const device: Device | null | undefined = devices[i];
    if (device) predictors.set(column, latencyPredictor(plan, device, { batch }));
  });
  const draw = studyDraws(plan, summary, run, directory);
  const widthsOf = (row: StudyRecord) => draw(row.sample);
  const differs = (got: string, expected: string, fix: string) =>
    new UserError({ got: `${got} in ${directory}`, expected, fix });
  for (const row of rows.slice(0, 3)) {
    const widths = widthsOf(row);
    const { flops } = view.totals(widths, [], new Float64Array(0));
    if (flops !== row.flops) {
      throw differs(
        `${row.flops} FLOPs of sample ${row.sample}`,
        `${flops}, those of ${network} drawn by ${row.law} with seed ${seed}`,
        'analyze it with the version of morphline that wrote it',
      );
    }
    for (const [column, predictor] of predictors) {
      const now = predictor.latencyUs(widths);
      if (Math.abs(now / predictedUs(row, column) - 1) <= PREDICTION_TOLERANCE) continue;
      throw differs(
        `${column} ${predictedUs(row, column)} of sample ${row.sample}`,
        `${now}, as the profile at hand predicts`,
        'give the profile that the study used with --device',
      );
    }
  }
  return { plan, view, predictors, widthsOf };
}

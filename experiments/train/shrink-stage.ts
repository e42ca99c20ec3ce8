// The regularized stage: training under a rising price of what is saved, until the alive network costs little enough.
import type * as tfTypes from '@tensorflow/tfjs';
import type { NetworkRegularizer } from '../../morphnet/network-regularizer.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import type { Stage } from '../../records/training.ts';
import type { ProgressListener } from '../progress.ts';
import { MOMENTUM } from './optimizer.ts';
import { type StageResult, type TrainingSetup, trainStage } from './train-stage.ts';

/** What a checkpoint of this stage keeps beside the weights. */
export interface ShrinkState {
  readonly strength: number;
  /** Per slot: 1 where alive. */
  readonly alive: readonly number[];
  /** Per slot: its regularization, |γ| or the like. */
  readonly importance: readonly number[];
}

export interface ShrinkOptions {
  /** Names the checkpoint and the rows of metrics. */
  readonly stage: Stage;
  readonly network: Network;
  readonly start: Weights;
  readonly epochs: number;
  readonly learningRate: number;
  /**
   * Initial strength in units of 1 / (cost of the seed network); null for such that a channel of average cost loses a γ
   * of {@link travel} in the course of the stage.
   */
  readonly strength: number | null;
  /** See above; {@link TRAVEL} by default. */
  readonly travel?: number;
  /** Whether the strength rises while the cost is behind its pace; true by default. */
  readonly rises?: boolean;
  /** Share of the stage over which the strength rises from 0 to what it would be. */
  readonly warmUp?: number;
  /** The stage ends when the alive network costs at most this. */
  readonly targetCost: number;
  readonly regularizer: (model: tfTypes.LayersModel) => NetworkRegularizer;
  /** What the pace and the target are costs in; by default what the regularizer saves. */
  readonly costOf?: (widths: Int32Array) => number;
  /** Told at every look what is alive, with the model as it is. */
  readonly onLook?: (look: ShrinkLook) => Promise<void>;
}

/** What a look at a shrinking network finds. */
export interface ShrinkLook {
  readonly model: tfTypes.LayersModel;
  readonly regularizer: NetworkRegularizer;
  /** Of the alive network, in the unit of the target. */
  readonly cost: number;
  /** Share of the stage: 1 after its last step. */
  readonly done: number;
}

/** Looks at the cost in the course of the stage. */
const CHECKS = 60;
/** A look that finds the cost behind its pace raises the strength by this factor. */
const RAISE = 1.06;
/** The pace reaches the target at this share of the stage. */
const PACE_END = 0.85;
/** γ that the default strength takes from a channel of average cost over the stage. */
const TRAVEL = 1;
/** γ need this share of the stage to come near zero at all. */
const PACE_START = 0.15;

/** Cost ratio that should be reached at a share of the stage: geometric from 1 to the target. */
function pace(done: number, targetRatio: number): number {
  const along = Math.min(1, Math.max(0, (done - PACE_START) / (PACE_END - PACE_START)));
  return targetRatio ** along;
}

/** See {@link ShrinkOptions.strength}: γ travels rate/(1 − momentum) · strength · slope/cost a step. */
function defaultStrength(
  regularizer: NetworkRegularizer,
  steps: number,
  learningRate: number,
  travel: number,
): number {
  const { plan, resource } = regularizer;
  const slopes = resource.slopes(plan.fullWidths);
  let channels = 0;
  let total = 0;
  plan.groups.forEach(({ size, fixed }, group) => {
    if (fixed) return;
    channels += size;
    total += size * (slopes[group] as number);
  });
  const share = total / channels / resource.cost(plan.fullWidths);
  return (travel * (1 - MOMENTUM)) / (steps * learningRate * share);
}

/**
 * Trains with the regularizer's proximal step after each optimizer step, at a fixed learning rate, until the alive
 * network costs no more than the target. The strength rises while the cost is behind its pace.
 */
export async function shrinkStage(
  setup: TrainingSetup,
  options: ShrinkOptions,
  onProgress?: ProgressListener,
): Promise<StageResult<ShrinkState>> {
  const { network, start, epochs, learningRate, targetCost } = options;
  const costOf = (own: NetworkRegularizer) => options.costOf?.(own.widths()) ?? own.cost();
  let trained: tfTypes.LayersModel | undefined;
  let regularizer: NetworkRegularizer | undefined;
  let strength = 0;
  const steps = epochs * Math.floor(setup.data.train.count / setup.batch);
  const checkSteps = Math.max(1, Math.round(steps / CHECKS));
  let ratio = 1;
  /** In the unit of the target, and of what the regularizer saves. */
  let initialCost = 0;
  let initialPrice = 0;
  return trainStage<ShrinkState>(
    setup,
    {
      stage: options.stage,
      network,
      epochs,
      start,
      rate: () => learningRate,
      extra: { strength: 0, alive: [], importance: [] },
      prepare(model, extra) {
        trained = model;
        regularizer = options.regularizer(model);
        strength =
          extra.strength ||
          options.strength ||
          defaultStrength(regularizer, steps, learningRate, options.travel ?? TRAVEL);
        const { fullWidths } = regularizer.plan;
        initialPrice = regularizer.resource.cost(fullWidths);
        initialCost = options.costOf?.(fullWidths) ?? initialPrice;
      },
      async afterStep(rate, step, done) {
        if (regularizer === undefined) return true;
        await regularizer.refresh();
        // Plain steps reach γ through the momentum's sum, a proximal step at once: it is scaled to match.
        const warmed = Math.min(1, done / (options.warmUp || Number.MIN_VALUE));
        regularizer.proximalStep(((rate / (1 - MOMENTUM)) * strength * warmed) / initialPrice);
        if (step % checkSteps !== 0 && done < 1) return true;
        await regularizer.refresh();
        const cost = costOf(regularizer);
        ratio = cost / initialCost;
        await options.onLook?.({ model: trained as tfTypes.LayersModel, regularizer, cost, done });
        if (cost <= targetCost) return false;
        const isBehind = done > PACE_START && ratio > pace(done, targetCost / initialCost);
        if (isBehind && options.rises !== false) strength *= RAISE;
        return true;
      },
      async afterEpoch() {
        await regularizer?.refresh();
        const alive = Array.from(regularizer?.aliveSlots() ?? []);
        const cost = regularizer === undefined ? Number.POSITIVE_INFINITY : costOf(regularizer);
        ratio = cost / initialCost;
        const importance = Array.from(regularizer?.importances() ?? []);
        const extra = { strength, alive, importance };
        return { strength, costRatio: ratio, finished: cost <= targetCost, extra };
      },
    },
    onProgress,
  );
}

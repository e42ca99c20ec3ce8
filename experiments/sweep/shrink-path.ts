// One network shrinking under a rising price, with a snapshot as it passes each level: all budgets share the path.
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { GammaActivationCount, GammaFlops, GammaLatency, GammaModelSize } from '../../morphnet/gamma.ts';
import { readWeights } from '../../morphnet/model-weights.ts';
import type { NetworkRegularizer } from '../../morphnet/network-regularizer.ts';
import type { Weights } from '../../network/weights.ts';
import { subset } from '../data/index.ts';
import type { ProgressListener } from '../progress.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../train/checkpoint.ts';
import { SHRINK_RATE } from '../train/shrink-seed.ts';
import { type ShrinkLook, shrinkStage } from '../train/shrink-stage.ts';
import type { Base } from './base.ts';
import type { Path } from './methods.ts';
import type { SweepOptions, SweepRun } from './sweep-run.ts';

/** What a snapshot keeps beside the weights. */
export interface SnapshotState {
  /** Of the alive network, in the unit of the budgets: predicted latency in µs, or FLOPs. */
  readonly cost: number;
  /** Per slot: 1 where alive. */
  readonly alive: readonly number[];
  /** Per slot: |γ|, the largest of tied channels. */
  readonly importance: readonly number[];
}

/** The network as it was when it first cost no more than a level. */
export interface Snapshot extends SnapshotState {
  /** Read anew each time: a sweep has hundreds of snapshots. */
  readonly weights: () => Weights;
}

/** Snapshots of a path, by level; a path that ended above its lowest levels has none there. */
export type Snapshots = ReadonlyMap<number, Snapshot>;

function regularizerOf(path: Path, model: tfTypes.LayersModel, options: SweepOptions): NetworkRegularizer {
  switch (path) {
    case 'channels':
      return new GammaActivationCount(model);
    case 'flops':
      return new GammaFlops(model);
    case 'model-size':
      return new GammaModelSize(model);
    case 'datasheet':
      return new GammaLatency(model, { device: options.datasheetDevice });
    case 'latency':
      return new GammaLatency(model, { device: options.device });
    default:
      return path satisfies never;
  }
}

/**
 * Training under one price for every channel, as network slimming does it: to its end at one strength, which brings γ of 1
 * to about a third where nothing holds them. All budgets choose among the channels of its last state; driven on, such a
 * price would kill all channels within a few steps of one another.
 */
const SPARSITY = { targetCost: 0, travel: 0.7, rises: false } as const;

/** Images that a shrinking network is tested on. */
const TESTED = 1000;

const snapshotPath = (folder: string, level: number) => join(folder, `level-${level.toFixed(3)}.snapshot`);

function readSnapshot(folder: string, level: number): Snapshot | null {
  const read = (): Checkpoint<SnapshotState> | null => readCheckpoint(snapshotPath(folder, level));
  const found = read();
  if (found === null) return null;
  const weights = () => {
    const { tensors } = read() ?? {};
    if (tensors === undefined) throw new Error(`${snapshotPath(folder, level)} is gone`);
    return tensors;
  };
  return { ...found.state, weights };
}

export interface PathOptions {
  /** Names the folder of the path. */
  readonly id: string;
  readonly path: Path;
  /** The network that shrinks. */
  readonly base: Base;
  readonly start: Weights;
  /** Costs at which the network is kept, in the unit of the budgets. */
  readonly levels: readonly number[];
}

/**
 * Shrinks a trained network until it costs no more than the lowest level; where all channels have one price, for the whole
 * stage.
 * @returns what it was at each level that it reached
 */
export async function shrinkPath(
  run: SweepRun,
  seed: number,
  { id, path, base, start, levels }: PathOptions,
  onProgress: ProgressListener,
): Promise<Snapshots> {
  const { options } = run;
  const whole = run.setupOf(seed, id);
  // How well it does on the way is told, and decides nothing: testing on all images would take as long as an epoch.
  const { test } = whole.data;
  const few = test.count > TESTED ? subset(test, TESTED, seed) : test;
  const setup = { ...whole, data: { ...whole.data, test: few } };
  const falling = [...levels].sort((a, b) => b - a);
  const passed = new Set(falling.filter((level) => readSnapshot(setup.out, level) !== null));
  const keep = async ({ model, regularizer, cost, done }: ShrinkLook) => {
    const due =
      path === 'channels' ? falling.slice(0, done === 1 ? 1 : 0) : falling.filter((level) => cost <= level);
    const reached = due.filter((level) => !passed.has(level));
    if (reached.length === 0) return;
    const state: SnapshotState = {
      cost,
      alive: Array.from(regularizer.aliveSlots()),
      importance: Array.from(regularizer.importances()),
    };
    const tensors = await readWeights(model);
    for (const level of reached) {
      passed.add(level);
      writeCheckpoint(snapshotPath(setup.out, level), { state, tensors });
    }
  };
  await shrinkStage(
    setup,
    {
      stage: 'shrink',
      network: base.network,
      start,
      epochs: options.shrinkEpochs,
      learningRate: SHRINK_RATE * options.learningRate,
      strength: null,
      ...(path === 'channels' ? SPARSITY : { targetCost: Math.min(...levels) }),
      regularizer: (model) => regularizerOf(path, model, options),
      costOf: base.cost,
      onLook: keep,
    },
    onProgress,
  );
  return new Map(
    falling.flatMap((level): [number, Snapshot][] => {
      const snapshot = readSnapshot(setup.out, level);
      return snapshot === null ? [] : [[level, snapshot]];
    }),
  );
}

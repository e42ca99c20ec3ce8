import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../profiler/engines/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { DisturbanceWatch } from '../../profiler/timing/disturbance.ts';
import {
  CEILINGS_SCHEMA,
  type Ceilings,
  type ComputePoint,
  ceilings,
  STAGES,
  type Stage,
} from '../../records/ceilings.ts';
import { parsedJson, readJsonFile } from '../../records/json-file.ts';
import type { MachineDescription } from '../../records/machine-description.ts';
import { openRun, writeJson } from '../../records/run-file.ts';
import type { ProgressListener } from '../progress.ts';
import {
  type CeilingCase,
  type ComputeCase,
  cachesOf,
  computeCase,
  computeCases,
  intensityCases,
  refinedCases,
  trafficCases,
} from './cases.ts';
import { measureCases, type StageMeasurement } from './measure-cases.ts';
import { bandwidthPoints, choosePeaks, computePoint, fastest, kernelOverheads } from './peaks.ts';

export interface CeilingsOptions {
  readonly engine: Engine;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** Folder for run.json and ceilings.json. */
  readonly out: string;
  readonly onProgress?: ProgressListener;
  /** Replaced in tests. */
  readonly watch?: DisturbanceWatch;
  readonly machine?: MachineDescription;
}

/** Of the budget. */
const SHARES: Readonly<Record<Stage, number>> = {
  bandwidth: 0.3,
  compute: 0.3,
  refine: 0.25,
  intensity: 0.15,
};
/** Of each kernel, those whose neighbours are tried, and timed once more beside them. */
const REFINED = 2;

function earlierCeilings(path: string): Ceilings | undefined {
  if (!existsSync(path)) return undefined;
  const advice = {
    expected: 'the ceilings that `morphline ceilings` writes',
    fix: 'remove it to measure anew',
  };
  return parsedJson(readJsonFile(path, advice), ceilings, advice, path);
}

/** The fastest of each kernel, and shapes near them. */
function refinements(points: readonly ComputePoint[]): ComputeCase[] {
  const top = (['gemm', 'conv-1x1', 'conv-3x3'] as const).flatMap((kernel) =>
    fastest(
      points.filter((point) => point.kernel === kernel),
      REFINED,
    ),
  );
  return [...top.map(computeCase), ...refinedCases(top, new Set(points.map(({ id }) => id)))];
}

/**
 * Measures the peaks that an engine reaches on this machine: bandwidth by size, compute rate by shape, and kernels from
 * memory-bound to compute-bound between them. Each stage is written to `ceilings.json` when it is done.
 */
export async function measureCeilings(options: CeilingsOptions): Promise<Ceilings> {
  const { engine, seed, budgetSeconds, out } = options;
  const { description } = engine;
  const machine = options.machine ?? (await describeMachine());
  const caches = cachesOf(machine, description);
  const path = join(out, 'ceilings.json');
  const { run } = openRun(out, {
    command: 'ceilings',
    settings: {
      engine: description.engine,
      provider: description.provider,
      threads: description.threads,
      seed,
      budgetSeconds,
    },
    context: { engine: description, machine },
  });
  let result: Ceilings = earlierCeilings(path) ?? {
    schema: CEILINGS_SCHEMA,
    engine: description,
    machine: machine as Ceilings['machine'],
    measuredAt: run.startedAt,
    settings: { seed, budgetSeconds },
    caches,
    stages: [],
    kernelOverheadUs: { copy: null, triad: null },
    bandwidth: [],
    compute: [],
    intensity: [],
    peaks: null,
  };
  let before = 0;
  /** Measures a stage, unless it is done; adds what it found. */
  const perform = async <T extends CeilingCase>(
    stage: Stage,
    cases: () => readonly T[],
    add: (measured: StageMeasurement<T>) => Partial<Ceilings>,
  ): Promise<void> => {
    const share = SHARES[stage];
    const from = before;
    before += share;
    if (result.stages.some((done) => done.stage === stage)) return;
    const measured = await measureCases(engine, cases(), {
      seed: seed + STAGES.indexOf(stage),
      budgetSeconds: share * budgetSeconds,
      onRound: (fraction) => options.onProgress?.({ fraction: from + share * fraction, text: stage }),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
    });
    const { rounds, drift, repeatability, disturbed, skipped } = measured;
    const stages = [
      ...result.stages,
      { stage, rounds, drift, repeatability, disturbed, skipped: [...skipped] },
    ];
    result = { ...result, ...add(measured), stages };
    writeJson(path, ceilings.parse(result));
  };
  await perform(
    'bandwidth',
    () => trafficCases(description, caches, machine),
    ({ cases }) => ({
      kernelOverheadUs: kernelOverheads(cases),
      bandwidth: bandwidthPoints(cases, caches),
    }),
  );
  await perform('compute', computeCases, ({ cases }) => ({
    compute: cases.map((measured) => computePoint(measured, 'compute')),
  }));
  await perform(
    'refine',
    () => refinements(result.compute),
    ({ cases }) => ({
      compute: [...result.compute, ...cases.map((measured) => computePoint(measured, 'refine'))],
    }),
  );
  await perform(
    'intensity',
    () => intensityCases(caches),
    ({ cases }) => ({
      intensity: cases.map((measured) => computePoint(measured, 'intensity')),
    }),
  );
  if (result.peaks === null) {
    result = { ...result, peaks: choosePeaks(result.bandwidth, result.compute, caches, result.stages) };
    writeJson(path, ceilings.parse(result));
  }
  options.onProgress?.({ fraction: 1, text: 'done' });
  return result;
}

// The stages of measuring ceilings, in their order: the cases of each and what becomes of their times.
import type { Engine } from '../../profiler/engines/engine.ts';
import type { Ceilings, ComputePoint, Stage } from '../../records/ceilings.ts';
import {
  type CeilingCase,
  type ComputeCase,
  computeCase,
  computeCases,
  intensityCases,
  refinedCases,
  trafficCases,
} from './cases.ts';
import {
  type CaseMeasurement,
  type MeasureCasesOptions,
  measureCases,
  type StageMeasurement,
} from './measure-cases.ts';
import { bandwidthPoints, computePoint, fastest, kernelOverheads } from './peaks.ts';

interface StageDeclaration<T extends CeilingCase> {
  readonly stage: Stage;
  /** Of the budget. */
  readonly share: number;
  /** What is measured, given what earlier stages found. */
  readonly cases: (found: Ceilings) => readonly T[];
  /** What it adds to the ceilings. */
  readonly add: (cases: readonly CaseMeasurement<T>[], found: Ceilings) => Partial<Ceilings>;
}

export interface CeilingStage extends Pick<StageDeclaration<CeilingCase>, 'stage' | 'share'> {
  /** Measures the stage. @returns the ceilings with what it found */
  measure(engine: Engine, found: Ceilings, options: MeasureCasesOptions): Promise<Ceilings>;
}

/** A stage in the list of those done. */
function stageRecord(
  stage: Stage,
  { rounds, drift, repeatability, disturbed, skipped }: StageMeasurement,
): Ceilings['stages'][number] {
  return { stage, rounds, drift, repeatability, disturbed, skipped: [...skipped] };
}

function ceilingStage<T extends CeilingCase>({
  stage,
  share,
  cases,
  add,
}: StageDeclaration<T>): CeilingStage {
  return {
    stage,
    share,
    async measure(engine, found, options) {
      const measured = await measureCases(engine, cases(found), options);
      const stages = [...found.stages, stageRecord(stage, measured)];
      return { ...found, ...add(measured.cases, found), stages };
    },
  };
}

/** Of each kernel, those whose neighbours are tried, and timed once more beside them. */
const REFINED = 2;

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

export const CEILING_STAGES: readonly CeilingStage[] = [
  ceilingStage({
    stage: 'bandwidth',
    share: 0.3,
    cases: ({ engine, caches, machine }) => trafficCases(engine, caches, machine),
    add: (cases, { caches }) => ({
      kernelOverheadUs: kernelOverheads(cases),
      bandwidth: bandwidthPoints(cases, caches),
    }),
  }),
  ceilingStage({
    stage: 'compute',
    share: 0.3,
    cases: computeCases,
    add: (cases) => ({ compute: cases.map((measured) => computePoint(measured, 'compute')) }),
  }),
  ceilingStage({
    stage: 'refine',
    share: 0.25,
    cases: ({ compute }) => refinements(compute),
    add: (cases, { compute }) => ({
      compute: [...compute, ...cases.map((measured) => computePoint(measured, 'refine'))],
    }),
  }),
  ceilingStage({
    stage: 'intensity',
    share: 0.15,
    cases: ({ caches }) => intensityCases(caches),
    add: (cases) => ({ intensity: cases.map((measured) => computePoint(measured, 'intensity')) }),
  }),
];

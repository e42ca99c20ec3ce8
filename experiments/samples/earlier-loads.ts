// What killed processes left of samples that they did not finish.
import { Lowering } from '../../network/lowering/lower.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { EarlierLoads } from '../../profiler/timing/measure-block.ts';
import type { KernelFigures, NetworkCase } from '../../profiler/timing/measure-load.ts';
import type { LoadKernels, LoadSample } from '../../profiler/timing/measure-networks.ts';
import { groupBy } from '../../records/group-by.ts';
import type { MeasurementFiles } from '../../records/measurement-files.ts';
import type { KernelLoadRecord, RoundRecord } from '../../records/measurements.ts';
import { sampleId } from './family.ts';

/** Rows by sample, of those that have no row of networks.csv yet. */
function unfinished<T extends { network: string; sample: number }>(
  rows: readonly T[],
  done: ReadonlySet<string>,
): Map<string, T[]> {
  return groupBy(
    rows.filter((row) => !done.has(sampleId(row))),
    sampleId,
  );
}

/** What killed processes left of networks that they did not finish: at most a few blocks, read once. */
export class EarlierRows {
  private readonly rounds: ReadonlyMap<string, readonly RoundRecord[]>;
  private readonly kernelLoads: ReadonlyMap<string, readonly KernelLoadRecord[]>;

  /** @param done ids of samples that have their row of networks.csv */
  constructor(files: MeasurementFiles, done: ReadonlySet<string>) {
    this.rounds = unfinished(files.rounds.read(), done);
    this.kernelLoads = unfinished(files.kernelLoads.read(), done);
  }

  /**
   * Of these cases. A case's rounds are written in order, so they have no gaps; of its kernels in one load a kill may
   * have left out the last.
   */
  of(cases: readonly NetworkCase[], rules: LoweringRules, batch: number): EarlierLoads {
    const samples = cases.flatMap(({ id }) =>
      (this.rounds.get(id) ?? []).map((row): LoadSample => {
        const { round, runs, disturbed, attempts, load, per_pacer: perPacer, pacer_us: pacerUs } = row;
        const { latency_us: latencyUs, cold_us: coldUs = latencyUs } = row;
        return { id, round, latencyUs, coldUs, runs, perPacer, pacerUs, disturbed, attempts, load };
      }),
    );
    const kernels = new Map<string, LoadKernels[]>();
    for (const { id, network } of cases) {
      const rows = this.kernelLoads.get(id);
      if (rows === undefined) continue;
      const count = new Lowering(network, rules, batch).kernels().length;
      const whole = [...groupBy(rows, ({ load }) => load)].filter(
        ([, own]) => own.length === (own[0]?.of ?? count),
      );
      kernels.set(
        id,
        whole.map(([load, own]) => ({ load, figures: own.map(kernelFigures) })),
      );
    }
    return { samples, kernels };
  }
}

function kernelFigures(row: KernelLoadRecord): KernelFigures {
  const { kernel, op, unforeseen, latency_us, per_pacer: perPacer, spread, min_us, rounds } = row;
  return {
    kernel,
    op,
    isUnforeseen: unforeseen,
    latencyUs: latency_us,
    perPacer,
    spread,
    minUs: min_us,
    rounds,
  };
}

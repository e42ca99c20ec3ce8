// Writes what is measured of a block: samples as they are taken, kernels by load, networks at its end.
import { Lowering } from '../../network/lowering/lower.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { BlockOptions } from '../../profiler/timing/measure-block.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import { kernelRow, networkRow } from '../../profiler/timing/measurement-rows.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { MeasurementFiles } from '../../records/measurement-files.ts';
import { type DrawnSample, type Family, sampleId } from './family.ts';

/** The drawn sample of a case of these. */
function sampleOf(samples: readonly DrawnSample[]): (id: string) => DrawnSample {
  const byId = new Map(samples.map((sample) => [sampleId(sample.proposed), sample]));
  return (id) => {
    const found = byId.get(id);
    if (found === undefined) throw new Error(`no sample ${id} in this block`);
    return found;
  };
}

/** Writes samples, kernels by load and failures as a block tells them. */
export function recordAsTaken(
  files: MeasurementFiles,
  samples: readonly DrawnSample[],
): Required<Pick<BlockOptions, 'onSample' | 'onKernels' | 'onFailure'>> {
  const find = sampleOf(samples);
  return {
    onSample({ id, round, load, latencyUs, coldUs, runs, perPacer, pacerUs, disturbed, attempts }) {
      const { network, sample } = find(id).proposed;
      files.rounds.append([
        {
          network,
          sample,
          round,
          latency_us: latencyUs,
          cold_us: coldUs,
          runs,
          per_pacer: perPacer,
          pacer_us: pacerUs,
          disturbed,
          attempts,
          load,
        },
      ]);
    },
    onKernels(load, kernels) {
      for (const [id, figures] of kernels) {
        const { network, sample } = find(id).proposed;
        files.kernelLoads.append(
          figures.map(({ kernel, op, isUnforeseen, latencyUs, spread, minUs, rounds, perPacer }) => ({
            network,
            sample,
            load,
            kernel,
            latency_us: latencyUs,
            spread,
            min_us: minUs,
            rounds,
            per_pacer: perPacer,
            op,
            unforeseen: isUnforeseen,
            of: figures.length,
          })),
        );
      }
    },
    onFailure({ id, reason }) {
      const { network, sample, role, law } = find(id).proposed;
      files.failures.append([{ network, sample, role, law, reason }]);
    },
  };
}

/** Counts of a family's networks that their rows hold. */
class FamilyCounts {
  private readonly view: MorphNetView;
  private readonly lowering: Lowering;

  constructor({ network, plan }: Family, rules: LoweringRules, batch: number) {
    this.view = new MorphNetView(plan, batch);
    this.lowering = new Lowering(network, rules, batch);
  }

  at(widths: Int32Array) {
    const { flops, parameters } = this.view.totals(widths, [], new Float64Array(0));
    return { flops, parameters, kernels: this.lowering.kernels(widths).length };
  }
}

/** Writes the kernels and networks of a finished block. */
export function recordBlock(
  files: MeasurementFiles,
  samples: readonly DrawnSample[],
  measured: BlockMeasurement,
  about: {
    readonly block: number;
    readonly batch: number;
    readonly rules: LoweringRules;
    readonly clock: EngineDescription['clock'];
  },
): void {
  const { drift, sentinelUs, pacing } = measured;
  if (sentinelUs === null) return; // Nothing was left to measure.
  const find = sampleOf(samples);
  const { block, batch, rules, clock } = about;
  const families = new Map<Family, FamilyCounts>();
  for (const each of measured.networks) {
    const { proposed, family, widths } = find(each.id);
    const { network, sample, role, law } = proposed;
    files.kernels.append(each.kernels.map((kernel) => kernelRow({ network, sample, role, clock }, kernel)));
    const counts = families.get(family) ?? new FamilyCounts(family, rules, batch);
    families.set(family, counts);
    // Last: a network with its row is done.
    files.networks.append([
      networkRow(
        { network, sample, role, law, block, ...counts.at(widths) },
        { drift, sentinelUs, pacing },
        each,
      ),
    ]);
  }
}

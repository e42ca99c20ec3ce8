// The networks to measure after the first ones: those that tell most about what is uncertain.
import { kernelOf } from '../../calibration/fit/recorded-kernel.ts';
import { kernelClassRung } from '../../calibration/ladder/kernel-class.ts';
import type { KernelSample } from '../../calibration/ladder/kernel-sample.ts';
import { overheadRung } from '../../calibration/ladder/overhead.ts';
import {
  type ProposedSample,
  proposeCandidates,
  proposeTargets,
} from '../../calibration/propose/propose-samples.ts';
import { proposeTargeted } from '../../calibration/propose/propose-targeted.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { KernelRecord } from '../../records/measurements.ts';
import { drawSample, type Family } from '../samples/family.ts';

const CANDIDATES = 24;
const TARGETS = 12;

/**
 * The networks to measure after the first ones: those whose kernels tell most about what the device model is still
 * uncertain of.
 * @param measured kernels of the first ones
 */
export function targetedSamples(
  measured: readonly KernelRecord[],
  families: ReadonlyMap<string, Family>,
  options: { count: number; seed: number; batch: number; rules: LoweringRules },
): ProposedSample[] {
  const { count, seed, batch, rules } = options;
  const samples: KernelSample[] = measured
    .filter(({ latency_us }) => latency_us > 0)
    .map((record) => ({ kernel: kernelOf(record), latencyUs: record.latency_us }));
  const model = kernelClassRung.fit(samples, overheadRung.fit(samples));
  const lowerings = new Map(
    [...families].map(([name, { network }]) => [name, new Lowering(network, rules, batch)]),
  );
  const candidateOf = (proposed: ProposedSample) => {
    const { widths } = drawSample(proposed, families.get(proposed.network) as Family, seed);
    return { proposed, kernels: (lowerings.get(proposed.network) as Lowering).kernels(widths) };
  };
  const names = [...families.keys()];
  return proposeTargeted(
    proposeCandidates(names, CANDIDATES).map(candidateOf),
    proposeTargets(names, TARGETS).map(candidateOf),
    samples.map(({ kernel }) => kernel),
    model,
    count,
  );
}

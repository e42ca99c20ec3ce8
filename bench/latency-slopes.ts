// Slopes of a measured latency: the gradient of the smoothed potential against secants of whole-network predictions
// over ±16 channels of each group. What one set of slopes costs (turns in pairs, median of ratios), and how well each
// foretells what the predicted latency loses when a group loses 8, 16 or 32 channels.
import { median, sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { openDevice } from '../calibration/open-device.ts';
import { latencyResource, type Resource } from '../morphnet/resource.ts';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { sampleWidths } from '../network/sampling.ts';
import { zooNetwork } from '../network/zoo/index.ts';

const NETWORKS = 12;
const SECANT_CHANNELS = 16;
const LOST = [8, 16, 32];

const withWidth = (widths: Int32Array, group: number, width: number) => {
  const changed = widths.slice();
  changed[group] = Math.max(1, width);
  return changed;
};

function secants(plan: ChannelPlan, { cost }: Resource, widths: Int32Array): Float64Array {
  return Float64Array.from(plan.groups, ({ size, fixed }, group) => {
    const width = widths[group] as number;
    const least = Math.max(0, width - SECANT_CHANNELS);
    const most = Math.min(Math.max(size, width), width + SECANT_CHANNELS);
    if (fixed || least === most) return 0;
    const rise = cost(withWidth(widths, group, most)) - cost(withWidth(widths, group, least));
    return Math.max(0, rise / (most - least));
  });
}

interface Agreement {
  readonly ranks: number;
  /** Σ|foretold − saved| / Σ|saved|. */
  readonly error: number;
}

function agreement(foretold: readonly number[], saved: readonly number[]): Agreement {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + Math.abs(value), 0);
  return {
    ranks: sampleRankCorrelation([...foretold], [...saved]),
    error: sum(foretold.map((value, i) => value - (saved[i] as number))) / sum(saved),
  };
}

for (const name of ['inception-32', 'inception-v2']) {
  const plan = planChannels(zooNetwork(name));
  const resource = latencyResource(plan, openDevice(`profiles/amd-epyc-onnxruntime-1-thread-${name}.json`));
  const timed = (work: () => Float64Array) => {
    const start = performance.now();
    const slopes = work();
    return { slopes, ms: performance.now() - start };
  };
  for (const law of ['full', 'uniform', 'aligned'] as const) {
    const times = law === 'full' ? 1 : NETWORKS;
    const ratios: number[] = [];
    const gradientMs: number[] = [];
    const correlations: number[] = [];
    const quotients: number[] = [];
    const agreements = new Map(
      LOST.map((lost) => [lost, { secant: [], gradient: [] } as Record<'secant' | 'gradient', Agreement[]>]),
    );
    for (let k = 0; k < times; k++) {
      const widths = law === 'full' ? plan.fullWidths : sampleWidths(plan, law, 1, k);
      // Both once before, so that neither pays for compiling.
      for (let turn = 0; turn < 2; turn++) {
        const old = timed(() => secants(plan, resource, widths));
        const now = timed(() => resource.slopes(widths));
        if (turn === 0) continue;
        ratios.push(old.ms / now.ms);
        gradientMs.push(now.ms);
        const free = plan.groups.flatMap(({ fixed }, group) => (fixed ? [] : [group]));
        correlations.push(
          sampleCorrelation(
            free.map((group) => old.slopes[group] as number),
            free.map((group) => now.slopes[group] as number),
          ),
        );
        for (const group of free) {
          if (old.slopes[group])
            quotients.push((now.slopes[group] as number) / (old.slopes[group] as number));
        }
        const cost = resource.cost(widths);
        for (const lost of LOST) {
          const groups = free.filter((group) => (widths[group] as number) > lost);
          if (groups.length < 4) continue;
          const saved = groups.map(
            (group) => cost - resource.cost(withWidth(widths, group, (widths[group] as number) - lost)),
          );
          const foretold = (slopes: Float64Array) => groups.map((group) => lost * (slopes[group] as number));
          agreements.get(lost)?.secant.push(agreement(foretold(old.slopes), saved));
          agreements.get(lost)?.gradient.push(agreement(foretold(now.slopes), saved));
        }
      }
    }
    console.log(
      `${name}, ${law}: gradient ${median(gradientMs).toFixed(1)} ms, secants ${median(ratios).toFixed(1)} times that; ` +
        `their correlation ${median(correlations).toFixed(2)}, gradient / secant ${median(quotients).toFixed(2)} (median)`,
    );
    for (const [lost, { secant, gradient }] of agreements) {
      if (secant.length === 0) continue;
      const of = (list: readonly Agreement[]) =>
        `ranks ${median(list.map(({ ranks }) => ranks)).toFixed(2)}, error ${(100 * median(list.map(({ error }) => error))).toFixed(0)} %`;
      console.log(`  ${lost} channels lost: gradient ${of(gradient)}; secants ${of(secant)}`);
    }
  }
}

// Reference figures of sub-networks: FLOPs, weights and latencies at given widths.
import { z } from 'zod';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { groupWidths } from '../../network/widths.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { type CheckResult, Differences, TOLERANCE } from './differences.ts';

/** Beside the sums the first samples list single ops, which the layers goldens hold in full. */
const sums = z
  .object({ perOp: z.unknown() })
  .partial()
  .catchall(z.object({ sumF64: z.number() }).loose());
const variants = z.object({ separable: sums, regularFirstConv: sums }).partial();

export const goldenSamples = z.object({
  hardware: z.object({
    peakComputeGflops: z.record(z.string(), z.number()),
    memoryBandwidthGBs: z.record(z.string(), z.number()),
  }),
  full: variants.optional(),
  samples: z.array(variants.extend({ widths: z.record(z.string(), z.number()) })),
});
type GoldenSamples = z.infer<typeof goldenSamples>;

const VARIANTS = { separable: 'separable', regularFirstConv: 'plain' } as const;

/** Checks sub-Inception V2 networks of given widths: FLOPs, weights and latencies. */
export function checkSamples(file: GoldenSamples): CheckResult[] {
  const { peakComputeGflops, memoryBandwidthGBs } = file.hardware;
  return (Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]).map((variant) => {
    const differences = new Differences();
    const plan = planChannels(inceptionV2(VARIANTS[variant]));
    const view = new MorphNetView(plan, 1, { compatibility: true });
    const check = (label: string, widths: Int32Array, expected: z.infer<typeof sums> | undefined) => {
      const { perOp: _, ...measures } = expected ?? {};
      for (const [measure, { sumF64 }] of Object.entries(measures)) {
        const device = measure.replace('latency.', '');
        const roof = {
          computeRateGflops: peakComputeGflops[device] ?? Number.NaN,
          bandwidthGBps: memoryBandwidthGBs[device] ?? Number.NaN,
        };
        const ns = new Float64Array(1);
        const { flops, parameters } = view.totals(widths, measure.startsWith('latency.') ? [roof] : [], ns);
        const got = measure === 'flops' ? flops : measure === 'modelSize' ? parameters : (ns[0] as number);
        differences.number(`${label} ${measure}`, got, sumF64, TOLERANCE.cost);
      }
    };
    check('full', plan.fullWidths, file.full?.[variant]);
    file.samples.forEach((sample, index) => {
      check(`sample ${index}`, groupWidths(plan, sample.widths), sample[variant]);
    });
    return {
      name: `sub-Inception V2 ${variant}`,
      compared: differences.compared,
      differences: differences.lines,
    };
  });
}

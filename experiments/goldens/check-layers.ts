// Reference figures of whole networks: costs op by op, and the regularizers' totals over them.
import { z } from 'zod';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { gammaFamily } from '../../morphnet/families/gamma.ts';
import { layerVectors, regularizeChannels } from '../../morphnet/op-regularization.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { CostMeasure } from '../../network/morph-net-relaxation.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import type { Roof } from '../../network/roofline.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { mobilenetV1 } from '../../network/zoo/mobilenet-v1.ts';
import { resnet50, resnet101, resnet152 } from '../../network/zoo/resnet-v1.ts';
import { UserError } from '../../records/user-error.ts';
import { type CheckResult, Differences, TOLERANCE } from './differences.ts';

const latencies = z.record(z.string(), z.number());
const op = z.object({
  name: z.string(),
  type: z.string(),
  gammaIndex: z.number().optional(),
  cost: z.object({
    b1: z.object({
      flops: z.number(),
      modelSize: z.number(),
      activations: z.number(),
      memoryBytes: z.number(),
      latency: latencies,
    }),
    b8: z.object({ flops: z.number(), memoryBytes: z.number(), latency: latencies }).optional(),
  }),
});
const terms = z.record(z.string(), z.number());
const variant = z.object({
  ops: z.array(op),
  gammaAllOnes: z.object({ gammaThreshold: z.number(), regularizationTerm_f32: terms }).optional(),
  gammaFormula: z
    .object({
      gammaThreshold: z.number(),
      getCost_f32: z.object({ b1: terms, b8: terms }).partial(),
      regularizationTerm_f32: terms,
      perConv: z.record(
        z.string(),
        z.object({ alive: z.number(), regularizationVectorSum_f32: z.number() }).loose(),
      ),
      convsWithoutRegularizer: z.array(z.string()),
    })
    .optional(),
});
type Variant = z.infer<typeof variant>;

export const goldenLayers = z.object({
  network: z.string(),
  hardware: z.object({ peakComputeGflops: latencies, memoryBandwidthGBs: latencies }),
  variants: z.record(z.string(), variant),
});
type GoldenLayers = z.infer<typeof goldenLayers>;

const BATCHES = { b1: 1, b8: 8 } as const;

const RESNETS: Readonly<Record<string, () => Network>> = { 50: resnet50, 101: resnet101, 152: resnet152 };

/** The zoo network that a variant of a goldens file is. */
function networkOf(title: string, name: string): Network {
  if (/^inception v2/i.test(title)) return inceptionV2(/separable/i.test(name) ? 'separable' : 'plain');
  const multiplier = Number(name);
  if (/^mobilenet v1/i.test(title) && multiplier > 0) return mobilenetV1(multiplier);
  const resnet = RESNETS[name];
  if (/^resnet v1/i.test(title) && resnet !== undefined) return resnet();
  throw new UserError({
    got: `goldens of ${title}, variant ${name}`,
    expected: `Inception V2, MobileNet V1 (a multiplier) or ResNet v1 (${Object.keys(RESNETS).join(', ')})`,
    fix: 'add the network to the zoo and to experiments/goldens/check-layers.ts',
  });
}

/** Google's op names → our layer names. */
function layerName(name: string): string {
  return name.replace(/\/FusedBatchNormV3$/, '');
}

/** γ of the whole-network check: gamma[i][k] = ((7k + 3i) mod 11) / 10 as float32. */
function formulaGammas(plan: ChannelPlan, ops: Variant['ops'], of: (i: number, k: number) => number) {
  return ops
    .filter(({ gammaIndex }) => gammaIndex !== undefined)
    .map(({ name, gammaIndex }) => {
      const layer = layerName(name);
      const size = plan.shapes.get(layer)?.channels ?? 0;
      return {
        layer,
        gamma: Array.from({ length: size }, (_, k) => Math.fround(of(gammaIndex as number, k))),
      };
    });
}

function measureOf(target: string, roofs: ReadonlyMap<string, Roof>): CostMeasure {
  if (target === 'GammaFlops') return 'flops';
  if (target === 'GammaModelSize') return 'parameters';
  if (target === 'GammaActivation') return 'activations';
  const roof = roofs.get(target.replace('GammaLatency.', ''));
  if (roof === undefined) throw new Error(`no device for ${target}`);
  return roof;
}

function checkOps(
  differences: Differences,
  plan: ChannelPlan,
  ops: Variant['ops'],
  roofs: ReadonlyMap<string, Roof>,
) {
  for (const [key, batch] of Object.entries(BATCHES) as ['b1' | 'b8', number][]) {
    const costs = new Map(
      new MorphNetView(plan, batch, { compatibility: true })
        .ops(plan.fullWidths)
        .map((each) => [each.name, each]),
    );
    differences.same(`${key} number of ops`, costs.size, ops.length);
    for (const { name, cost } of ops) {
      const expected = cost[key];
      const got = costs.get(layerName(name));
      if (expected === undefined) continue;
      const at = `${key} ${name}`;
      differences.number(`${at} flops`, got?.flops ?? Number.NaN, expected.flops, TOLERANCE.perOp);
      differences.number(`${at} bytes`, got?.bytes ?? Number.NaN, expected.memoryBytes, TOLERANCE.perOp);
      if (key === 'b1') {
        differences.number(
          `${at} weights`,
          got?.parameters ?? Number.NaN,
          cost.b1.modelSize,
          TOLERANCE.perOp,
        );
      }
      for (const [device, ns] of Object.entries(expected.latency)) {
        const roof = roofs.get(device) as Roof;
        const latency = Math.max(
          (got?.flops ?? Number.NaN) / roof.computeRateGflops,
          (got?.bytes ?? Number.NaN) / roof.bandwidthGBps,
        );
        differences.number(`${at} latency ${device}`, latency, ns, TOLERANCE.perOp);
      }
    }
  }
}

function regularized(slots: ChannelSlots, gammas: ReturnType<typeof formulaGammas>, threshold: number) {
  const family = gammaFamily(threshold);
  const channels = regularizeChannels(
    slots,
    gammas.map(({ layer, gamma }) => ({
      slots: slots.of(layer),
      ...family.evaluate(Float32Array.from(gamma), {
        layer,
        weight: layer,
        symbol: 'γ',
        channels: gamma.length,
      }),
    })),
  );
  return { channels, widths: slots.widths(channels.alive), sums: slots.sums(channels.regularization) };
}

function checkVariant(
  title: string,
  name: string,
  golden: Variant,
  hardware: GoldenLayers['hardware'],
): CheckResult {
  const differences = new Differences();
  const plan = planChannels(networkOf(title, name), { outputsFixed: false });
  const slots = new ChannelSlots(plan);
  const roofs = new Map(
    Object.entries(hardware.peakComputeGflops).map(([device, computeRateGflops]) => [
      device,
      { computeRateGflops, bandwidthGBps: hardware.memoryBandwidthGBs[device] ?? Number.NaN },
    ]),
  );
  checkOps(differences, plan, golden.ops, roofs);
  const views = {
    b1: new MorphNetView(plan, 1, { compatibility: true }),
    b8: new MorphNetView(plan, 8, { compatibility: true }),
  };
  const sum = (relaxed: readonly { cost: number; term: number }[], of: 'cost' | 'term') =>
    relaxed.reduce((total, each) => total + each[of], 0);
  const { gammaAllOnes: ones, gammaFormula: formula } = golden;
  if (ones !== undefined) {
    const gammas = formulaGammas(plan, golden.ops, () => 1);
    const { widths, sums } = regularized(slots, gammas, ones.gammaThreshold);
    for (const [target, expected] of Object.entries(ones.regularizationTerm_f32)) {
      const got = sum(views.b1.relaxations(widths, sums, measureOf(target, roofs)), 'term');
      differences.number(`all γ 1: term of ${target}`, got, expected, TOLERANCE.term);
    }
  }
  if (formula !== undefined) {
    const gammas = formulaGammas(plan, golden.ops, (i, k) => ((7 * k + 3 * i) % 11) / 10);
    const { channels, widths, sums } = regularized(slots, gammas, formula.gammaThreshold);
    for (const [batch, costs] of Object.entries(formula.getCost_f32)) {
      for (const [target, expected] of Object.entries(costs ?? {})) {
        const view = views[batch as 'b1' | 'b8'];
        const got = sum(view.relaxations(widths, sums, measureOf(target, roofs)), 'cost');
        differences.number(`γ formula: ${batch} cost of ${target}`, got, expected, TOLERANCE.float32Total);
      }
    }
    for (const [target, expected] of Object.entries(formula.regularizationTerm_f32)) {
      const got = sum(views.b1.relaxations(widths, sums, measureOf(target, roofs)), 'term');
      differences.number(`γ formula: term of ${target}`, got, expected, TOLERANCE.term);
    }
    for (const [conv, expected] of Object.entries(formula.perConv)) {
      const { alive, regularization } = layerVectors(slots, channels, conv);
      differences.same(
        `γ formula: alive of ${conv}`,
        alive.reduce((a, b) => a + b, 0),
        expected.alive,
      );
      const total = regularization.reduce((a, b) => a + b, 0);
      differences.number(
        `γ formula: Σ|γ| of ${conv}`,
        total,
        expected.regularizationVectorSum_f32,
        TOLERANCE.term,
      );
    }
  }
  return {
    name: `${title.split(',')[0]} ${name}`,
    compared: differences.compared,
    differences: differences.lines,
  };
}

/** Checks the zoo's networks op by op, and the whole-network pruning checks. */
export function checkLayers(file: GoldenLayers): CheckResult[] {
  return Object.entries(file.variants).map(([name, golden]) =>
    checkVariant(file.network, name, golden, file.hardware),
  );
}

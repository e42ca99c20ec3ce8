// Reference cases of regularizers: alive channels, costs and terms of small networks, by family.
import { z } from 'zod';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import type { ChannelFamily, SourceVariable } from '../../morphnet/families/channel-family.ts';
import { gammaFamily } from '../../morphnet/families/gamma.ts';
import { groupLassoFamily, kernelSources } from '../../morphnet/families/group-lasso.ts';
import { logisticSigmoidFamily } from '../../morphnet/families/logistic-sigmoid.ts';
import {
  type ChannelSource,
  type Grouping,
  layerVectors,
  regularizeChannels,
} from '../../morphnet/op-regularization.ts';
import { planChannels } from '../../network/channel-plan.ts';
import type { CostMeasure } from '../../network/morph-net-relaxation.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { caseNetwork, caseNode } from './case-network.ts';
import { type CheckResult, Differences, TOLERANCE } from './differences.ts';

const vector = z.array(z.number());
const target = z.object({
  cost: z.number(),
  regularizationTerm: z.number(),
  costF64Sum: z.number().optional(),
  regularizationTermF64Sum: z.number().optional(),
  perNode: z.record(z.string(), z.tuple([z.number(), z.number()])),
});
const family = z
  .object({
    threshold: z.number(),
    aliveThreshold: z.number(),
    l1Fraction: z.number(),
    regularizeOnMask: z.boolean(),
    maskAsAliveVector: z.boolean(),
    sampledMask: z.record(z.string(), vector),
    convVectors: z.record(z.string(), z.object({ alive: vector, regularization: vector }).nullable()),
    otherNodesSum: z.record(z.string(), z.tuple([z.number(), z.number()])),
    structureExporterAliveCounts: z.record(z.string(), z.number()),
    targets: z.record(z.string(), target),
  })
  .partial()
  .loose();
type Family = z.infer<typeof family>;

export const goldenCases = z.object({
  hardware: z.object({
    peakComputeGflops: z.record(z.string(), z.number()),
    memoryBandwidthGBs: z.record(z.string(), z.number()),
  }),
  cases: z.array(
    z.object({
      name: z.string(),
      outputs: z.array(z.string()),
      nodes: z.array(caseNode),
      gammas: z.record(z.string(), vector).optional(),
      weights: z.record(z.string(), z.object({ shape: vector, data: vector })).optional(),
      gateLogits: z.record(z.string(), vector).optional(),
      families: z.record(z.string(), family),
    }),
  ),
});
type GoldenCases = z.infer<typeof goldenCases>;
type Case = GoldenCases['cases'][number];

/** Sources of one family, and how tied ones are joined. */
interface Sources {
  readonly sources: ChannelSource[];
  readonly grouping: Grouping;
}

/** A family's sources among those that the case has values for. */
function familySources(
  family: ChannelFamily,
  slots: ChannelSlots,
  given: readonly [SourceVariable, readonly number[]][],
): Sources {
  const sources = given.map(([source, values]) => ({
    slots: slots.of(source.layer),
    ...family.evaluate(Float32Array.from(values), source),
  }));
  return { sources, grouping: family.isProbabilistic ? 'probabilistic' : 'max' };
}

/** A variable with one value per channel of its layer. */
function perChannel(layer: string, values: readonly number[]): [SourceVariable, readonly number[]] {
  return [{ layer, weight: layer, symbol: layer, channels: values.length }, values];
}

function groupLassoSources(each: Case, slots: ChannelSlots, settings: Family): Sources {
  const { threshold = 0, l1Fraction = 0 } = settings;
  const given = kernelSources(slots.plan.network).flatMap((source): [SourceVariable, readonly number[]][] => {
    const weights = each.weights?.[source.layer];
    return weights === undefined ? [] : [[source, weights.data]];
  });
  return familySources(groupLassoFamily(threshold, l1Fraction), slots, given);
}

function gateSources(each: Case, slots: ChannelSlots, settings: Family): Sources {
  const given = Object.entries(each.gateLogits ?? {}).map(([layer, logits]) => perChannel(layer, logits));
  const { sources, grouping } = familySources(logisticSigmoidFamily(settings.aliveThreshold), slots, given);
  // Google's library can regularize a drawn mask instead of the probabilities.
  const masked = sources.map((source, index): ChannelSource => {
    const mask = settings.sampledMask?.[given[index]?.[0].layer ?? ''] ?? source.regularization;
    return {
      slots: source.slots,
      regularization: settings.regularizeOnMask === true ? mask : source.regularization,
      alive:
        settings.maskAsAliveVector === true ? Array.from(mask, (value) => (value > 0 ? 1 : 0)) : source.alive,
    };
  });
  return { sources: masked, grouping };
}

/** Sources of a family by its name. */
function sourcesOf(name: string, each: Case, slots: ChannelSlots, settings: Family): Sources {
  if (name === 'gamma') {
    const given = Object.entries(each.gammas ?? {}).map(([layer, gamma]) => perChannel(layer, gamma));
    return familySources(gammaFamily(settings.threshold ?? 0), slots, given);
  }
  return name.startsWith('groupLasso')
    ? groupLassoSources(each, slots, settings)
    : gateSources(each, slots, settings);
}

function measureOf(name: string, hardware: GoldenCases['hardware']): CostMeasure {
  if (name === 'flops') return 'flops';
  if (name === 'modelSize') return 'parameters';
  if (name === 'activation') return 'activations';
  const device = name.replace('latency.', '');
  return {
    computeRateGflops: hardware.peakComputeGflops[device] ?? Number.NaN,
    bandwidthGBps: hardware.memoryBandwidthGBs[device] ?? Number.NaN,
  };
}

const CONVOLUTIONS: ReadonlySet<string> = new Set(['conv2d', 'conv2d-transpose']);

function checkFamily(
  each: Case,
  slots: ChannelSlots,
  name: string,
  settings: Family,
  hardware: GoldenCases['hardware'],
): CheckResult {
  const differences = new Differences();
  const { plan } = slots;
  const { sources, grouping } = sourcesOf(name, each, slots, settings);
  const regularization = regularizeChannels(slots, sources, grouping);
  const isRegularized = (layer: string) => {
    const groups = plan.channelGroup[plan.layerIndex.get(layer) as number] as Int32Array;
    return groups.some((group) => regularization.regularized[group] === 1);
  };
  for (const [layer, expected] of Object.entries(settings.convVectors ?? {})) {
    differences.same(`${layer} regularized`, isRegularized(layer), expected !== null);
    if (expected === null) continue;
    const got = layerVectors(slots, regularization, layer);
    differences.same(`${layer} alive`, got.alive, expected.alive);
    expected.regularization.forEach((value, c) => {
      differences.number(
        `${layer} regularization[${c}]`,
        got.regularization[c] as number,
        value,
        TOLERANCE.term,
      );
    });
  }
  for (const [layer, [alive, sum]] of Object.entries(settings.otherNodesSum ?? {})) {
    const got = layerVectors(slots, regularization, layer);
    differences.same(
      `${layer} alive count`,
      got.alive.reduce((a, b) => a + b, 0),
      alive,
    );
    differences.number(
      `${layer} regularization`,
      got.regularization.reduce((a, b) => a + b, 0),
      sum,
      TOLERANCE.term,
    );
  }
  const exported: Record<string, number> = {};
  for (const layer of plan.network.layers) {
    if (!CONVOLUTIONS.has(layer.kind) || !isRegularized(layer.name)) continue;
    exported[layer.name] = layerVectors(slots, regularization, layer.name).alive.reduce((a, b) => a + b, 0);
  }
  const sorted = (counts: Record<string, number>) =>
    Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  if (settings.structureExporterAliveCounts !== undefined) {
    differences.same('structure', sorted(exported), sorted(settings.structureExporterAliveCounts));
  }
  const widths = slots.widths(regularization.alive);
  const sums = slots.sums(regularization.regularization);
  const view = new MorphNetView(plan, 1, { compatibility: true });
  for (const [targetName, expected] of Object.entries(settings.targets ?? {})) {
    const relaxations = view.relaxations(widths, sums, measureOf(targetName, hardware));
    const byName = new Map(relaxations.map((each_) => [each_.name, each_]));
    for (const [node, [cost, term]] of Object.entries(expected.perNode)) {
      const got = byName.get(node);
      differences.number(`${targetName} cost of ${node}`, got?.cost ?? 0, cost, TOLERANCE.cost);
      differences.number(`${targetName} term of ${node}`, got?.term ?? 0, term, TOLERANCE.term);
    }
    const total = (of: 'cost' | 'term') => relaxations.reduce((sum, relaxed) => sum + relaxed[of], 0);
    differences.number(
      `${targetName} cost`,
      total('cost'),
      expected.costF64Sum ?? expected.cost,
      TOLERANCE.cost,
    );
    const term = expected.regularizationTermF64Sum ?? expected.regularizationTerm;
    differences.number(`${targetName} term`, total('term'), term, TOLERANCE.term);
  }
  return { name: `${each.name} ${name}`, compared: differences.compared, differences: differences.lines };
}

/** Checks every family of every case against our regularizers, in the compatibility view. */
export function checkCases(file: GoldenCases): CheckResult[] {
  return file.cases.flatMap((each) => {
    // Google's library regularizes outputs that have a source, too.
    const slots = new ChannelSlots(
      planChannels(caseNetwork(each.name, each.nodes, each.outputs), { outputsFixed: false }),
    );
    return Object.entries(each.families).map(([name, settings]) =>
      checkFamily(each, slots, name, settings, file.hardware),
    );
  });
}

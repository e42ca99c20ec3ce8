import { z } from 'zod';
import { groupLassoNorms } from '../../morphnet/group-lasso.ts';
import {
  type ChannelSource,
  type Grouping,
  groupTotals,
  layerVectors,
  regularizeChannels,
} from '../../morphnet/op-regularization.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { type CostMeasure, MorphNetView } from '../../network/morph-net-view.ts';
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

function above(values: Iterable<number>, threshold: number): number[] {
  return Array.from(values, (value) => (value > threshold ? 1 : 0));
}

function gammaSources({ gammas = {} }: Case, { threshold = 0 }: Family): ChannelSource[] {
  return Object.entries(gammas).map(([layer, gamma]) => {
    // Google's library compares float32 with a float32 threshold.
    const regularization = gamma.map((value) => Math.abs(Math.fround(value)));
    return { layer, regularization, alive: above(regularization, Math.fround(threshold)) };
  });
}

function groupLassoSources(each: Case, { threshold = 0, l1Fraction = 0 }: Family): ChannelSource[] {
  const sources: ChannelSource[] = [];
  for (const node of each.nodes) {
    const weights = each.weights?.[node.name];
    if (weights === undefined || node.op === 'depthwise_conv2d') continue;
    const layout =
      node.op === 'conv2d_transpose' ? 'conv2d-transpose' : node.op === 'dense' ? 'dense' : 'conv2d';
    const [before = 1, last = 1] = weights.shape.slice(-2);
    const [inputs, outputs] = layout === 'conv2d-transpose' ? [last, before] : [before, last];
    const norms = groupLassoNorms(weights.data, layout, inputs, outputs, l1Fraction);
    sources.push({ layer: node.name, regularization: norms, alive: above(norms, threshold) });
  }
  return sources;
}

function gateSources(each: Case, settings: Family): ChannelSource[] {
  return Object.entries(each.gateLogits ?? {}).map(([layer, logits]) => {
    const probabilities = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    const mask = settings.sampledMask?.[layer] ?? probabilities;
    const regularization = settings.regularizeOnMask === true ? mask : probabilities;
    const threshold = settings.aliveThreshold ?? 0;
    const alive =
      settings.maskAsAliveVector === true
        ? above(mask, 0)
        : probabilities.map((probability) => (probability >= threshold ? 1 : 0));
    return { layer, regularization, alive };
  });
}

/** Sources of a family by its name, and how tied ones are joined. */
function sourcesOf(
  name: string,
  each: Case,
  settings: Family,
): { sources: ChannelSource[]; grouping: Grouping } {
  if (name === 'gamma') return { sources: gammaSources(each, settings), grouping: 'max' };
  if (name.startsWith('groupLasso')) return { sources: groupLassoSources(each, settings), grouping: 'max' };
  return { sources: gateSources(each, settings), grouping: 'probabilistic' };
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
  plan: ChannelPlan,
  name: string,
  settings: Family,
  hardware: GoldenCases['hardware'],
): CheckResult {
  const differences = new Differences();
  const { sources, grouping } = sourcesOf(name, each, settings);
  const regularization = regularizeChannels(plan, sources, grouping);
  const isRegularized = (layer: string) => {
    const groups = plan.channelGroup[plan.layerIndex.get(layer) as number] as Int32Array;
    return groups.some((group) => regularization.regularized[group] === 1);
  };
  for (const [layer, expected] of Object.entries(settings.convVectors ?? {})) {
    differences.same(`${layer} regularized`, isRegularized(layer), expected !== null);
    if (expected === null) continue;
    const got = layerVectors(plan, regularization, layer);
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
    const got = layerVectors(plan, regularization, layer);
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
    exported[layer.name] = layerVectors(plan, regularization, layer.name).alive.reduce((a, b) => a + b, 0);
  }
  const sorted = (counts: Record<string, number>) =>
    Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  if (settings.structureExporterAliveCounts !== undefined) {
    differences.same('structure', sorted(exported), sorted(settings.structureExporterAliveCounts));
  }
  const { widths, sums } = groupTotals(plan, regularization);
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
    const plan = planChannels(caseNetwork(each.name, each.nodes, each.outputs), { outputsFixed: false });
    return Object.entries(each.families).map(([name, settings]) =>
      checkFamily(each, plan, name, settings, file.hardware),
    );
  });
}

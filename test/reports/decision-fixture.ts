// A comparison, an explanation and a check as their commands write them.
import type { CheckData } from '../../experiments/results/check-results.ts';
import type { ComparisonData } from '../../experiments/results/comparison-results.ts';
import type { ExplanationData } from '../../experiments/results/explanation-results.ts';

const side = (name: string, latency: number) => ({
  name,
  latency_us: latency,
  first_us: 2 * latency,
  p50_us: latency,
  p90_us: 1.1 * latency,
  p99_us: 1.3 * latency,
  jitter: 0.01,
  runs: 400,
  load_us: 30_000,
  peak_memory_bytes: 5e7,
  memory_of: 'resident-set' as const,
});

/** One that is faster, one that is not told apart. */
export function comparisonData(): ComparisonData {
  const common = {
    schema: 'morphline/comparison@1' as const,
    a: side('wide', 4000),
    p_b_faster: 1,
    conclusive: true,
    precision: 0.01,
    decided_in_s: null,
    loads: 12,
    rounds: 24,
    seconds: 40,
    engine: 'onnxruntime',
    adapter: 'Test CPU',
    threads: 1,
    batch: 1,
    seed: 1,
  };
  return {
    directory: 'runs/compare',
    comparisons: [
      { ...common, b: side('narrow', 3000), ratio: 0.75, low: 0.74, high: 0.76, verdict: 'b-faster' },
      {
        ...common,
        b: side('other', 4010),
        ratio: 1.0025,
        low: 0.99,
        high: 1.015,
        p_b_faster: 0.4,
        conclusive: false,
        verdict: 'inconclusive',
      },
    ],
  };
}

/** 4 ms to 3 ms: −1.2 ms of FLOPs, +0.2 ms of channels beside whole blocks. */
export function explanationData(): ExplanationData {
  const total = (us: number) => ({
    kind: 'total' as const,
    cause: null,
    from_us: 0,
    to_us: us,
    delta_us: us,
    layers: 0,
  });
  const change = { layer: 'Conv2d_1', layers: ['Conv2d_1'], width: 33, to: 32, gain_us: 200 };
  return {
    directory: 'runs/explain',
    explanation: {
      schema: 'morphline/explanation@1',
      basis: 'predicted',
      device: 'Test CPU',
      batch: 1,
      a: { name: 'wide', latency_us: 4000, standard_error: null, flops: 1e8, kernels: 4 },
      b: { name: 'narrow', latency_us: 3000, standard_error: null, flops: 6e7, kernels: 4 },
      difference_us: -1000,
      ratio: 0.75,
      waterfall: [
        total(4000),
        { kind: 'cause', cause: 'flops', from_us: 4000, to_us: 2800, delta_us: -1200, layers: 2 },
        { kind: 'cause', cause: 'remainder', from_us: 2800, to_us: 3000, delta_us: 200, layers: 1 },
        total(3000),
      ],
      layers: [
        {
          layer: 'Conv2d_1',
          a_layer: 'Conv2d_1',
          b_layer: 'Conv2d_1',
          matched_by: 'name',
          a_us: 3000,
          b_us: 2000,
          delta_us: -1000,
          causes: [
            { cause: 'flops', delta_us: -1200, detail: '40 % fewer' },
            { cause: 'remainder', delta_us: 200, detail: '33 channels' },
          ],
          next_cheap_width: change,
        },
      ],
      unexplained_share: 0.004,
      unseen_classes: [],
      advice: [change],
      advice_gain_us: 200,
    },
  };
}

/** A limit that is kept, and one 10 % over. */
export function checkData(): CheckData {
  const outcome = {
    model: 'narrow',
    device: 'Test CPU',
    baseline: null,
    low: null,
    high: null,
    seconds: null,
    decided_by: null,
  };
  return {
    directory: 'runs/check',
    check: {
      schema: 'morphline/check@1',
      budget_file: 'morphline.budget.json',
      kept: 1,
      broken: 1,
      inconclusive: 0,
      outcomes: [
        { ...outcome, limit: 'flops', got: 6e7, at_most: 7e7, over: 6 / 7 - 1, verdict: 'kept' },
        {
          ...outcome,
          limit: 'predicted_latency_us',
          got: 3300,
          at_most: 3000,
          over: 0.1,
          verdict: 'broken',
        },
      ],
    },
  };
}

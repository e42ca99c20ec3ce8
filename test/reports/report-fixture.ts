import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import type { StudyData } from '../../experiments/results/study-results.ts';
import type { SweepData } from '../../experiments/results/sweep-results.ts';
import type { TrainingData } from '../../experiments/results/training-results.ts';
import { comparisons } from '../../experiments/sweep/sweep-comparison.ts';
import { sweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import type { ReportData } from '../../reports/report-data.ts';
import { sweepRow } from '../experiments/sweep/sweep-row.ts';

/** A kernel of 1000 FLOPs per byte of nothing in particular; only what the report reads varies. */
export function kernel(values: Partial<KernelRecord>): KernelRecord {
  return {
    network: 'tiny',
    sample: 0,
    role: 'fit',
    kernel: 'Conv2d_0',
    op: 'conv',
    kernel_class: 'conv 1x1/1 nchw',
    layout: 'nchw',
    batch: 1,
    input_height: 8,
    input_width: 8,
    input_channels: 4,
    padded_input_channels: 4,
    output_height: 8,
    output_width: 8,
    output_channels: 4,
    padded_output_channels: 4,
    filter_height: 1,
    filter_width: 1,
    flops: 4096,
    padded_flops: 4096,
    input_bytes: 1024,
    output_bytes: 1024,
    weight_bytes: 64,
    flops_per_byte: 4096 / 2112,
    latency_us: 1,
    spread: 0.01,
    min_us: 0.9,
    rounds: 8,
    clock: 'wall',
    element_bytes: '',
    ...values,
  };
}

export function network(values: Partial<NetworkRecord>): NetworkRecord {
  return {
    network: 'tiny',
    sample: 0,
    role: 'report',
    law: 'uniform',
    block: 0,
    flops: 1e6,
    parameters: 100,
    kernels: 3,
    latency_us: 1000,
    spread: 0.01,
    min_us: 990,
    pass_1_us: 1000,
    pass_2_us: 1001,
    rounds: 8,
    disturbed: 0,
    drift: 0,
    sentinel_us: 10,
    standard_error: null,
    pacer_us: null,
    pacer_exponent: null,
    unforeseen: null,
    unforeseen_share: null,
    ...values,
  };
}

const errors = { networks: 2, mape: 0.021, within5: 0.5, within10: 1, bias: -0.014, spearman: 0.9986 };
const roofline = { computeRateGflops: 100, bandwidthGBps: 20, overheadUs: 3 };

/** Two held-out networks, one to fit, a probe; kernels of 60 µs with FLOPs and 40 µs without, and a probe's. */
export function calibrationData(): CalibrationData {
  return {
    directory: 'runs/calibration',
    profile: {
      schema: 'morphline/device@1',
      name: 'Test CPU onnxruntime ×2',
      engine: {
        engine: 'onnxruntime',
        version: '1.30.0',
        hardware: 'cpu',
        adapter: 'Test CPU',
        provider: 'CPUExecutionProvider',
        threads: 2,
        clock: 'wall',
        rules: 'onnxruntime-nchw16c',
      },
      machine: {
        processor: 'Test CPU',
        physicalCores: 2,
        logicalCores: 4,
        cacheBytes: { l1d: 32768, l2: 1048576, l3: null },
        memoryBytes: 2 ** 34,
        operatingSystem: 'Test OS 1',
        virtual: false,
        gpus: [{ model: 'Test GPU', vendor: 'Vendor', memoryBytes: null }],
        nodeVersion: 'v20.20.2',
      },
      measuredAt: '2026-11-22T13:03:42.688Z',
      settings: {
        networks: ['tiny'],
        batch: 1,
        seed: 7,
        budgetSeconds: 180,
        samples: { fit: 1, choose: 0, report: 2, probe: 1 },
        rounds: 48,
      },
      roofline,
      rungs: [
        {
          model: { rung: 'roofline', ...roofline, overheadUs: 0, kernelError: 0.5 },
          network: { scale: 1, perKernelUs: 0 },
          choose: { ...errors, networks: 12 },
          report: { ...errors, mape: 0.054, spearman: null },
        },
        {
          model: { rung: 'overhead', ...roofline, kernelError: 0.4 },
          network: { scale: 1, perKernelUs: 0 },
          choose: { ...errors, networks: 12 },
          report: errors,
        },
      ],
      chosen: 'overhead',
      reason: 'it is the better one',
      domain: {},
      validation: {
        ...errors,
        repeatability: 0.005,
        valid: true,
        laws: { uniform: errors, 'log-uniform': { ...errors, spearman: null } },
        baselines: { flops: 0.185, p100: 0.07, v100: 0.128 },
      },
    },
    kernels: [
      kernel({ latency_us: 40 }),
      kernel({ latency_us: 20, filter_height: 3, filter_width: 3, layout: 'nchwc' }),
      kernel({ op: 'concat', flops: 0, latency_us: 30 }),
      kernel({ op: 'reorder-output', flops: 0, latency_us: 10 }),
      kernel({ op: 'add', flops: 0, latency_us: 900, role: 'probe' }),
    ],
    rounds: [1, 1.2, 0.9].map((factor, round) => ({
      network: 'tiny',
      sample: 0,
      round,
      latency_us: 1000 * factor,
      runs: 1,
      per_pacer: 2.5,
      pacer_us: 400 * factor,
      disturbed: factor > 1,
      attempts: 1,
      load: 0,
    })),
    networks: [
      network({ role: 'fit', latency_us: 500 }),
      network({ role: 'report', law: 'uniform', latency_us: 1000 }),
      network({ role: 'report', law: 'log-uniform', latency_us: 4000 }),
      network({ role: 'probe', law: 'probe', latency_us: 50 }),
    ],
    rungsUs: { roofline: [400, 900, 4500, null], overhead: [510, 980, 4100, null] },
    widthScans: [
      {
        layer: 'Conv2d_0',
        width: 32,
        device: 'Test CPU onnxruntime ×2',
        latencyUs: 1000,
        points: [31, 32, 33].map((width) => ({ width, latencyUs: width > 32 ? 1100 : 1000 })),
        cheapWidths: [32, 33],
      },
    ],
    layerTable: {
      network: 'tiny',
      rows: Array.from({ length: 23 }, (_, i) => ({
        layer: `Mixed_${i}/Conv2d_0a_1x1`,
        kind: 'conv2d',
        flops: 1e6 * i,
        p100Us: 1 + i,
        v100Us: 0.5 + i,
        deviceUs: i % 2 === 0 ? 30 * i : null,
      })),
    },
  };
}

/** Four sub-networks on two devices, two of them measured. */
export function studyData(): StudyData {
  const correlations = (flops: number) => ({ pearson: flops, spearman: flops - 0.01 });
  return {
    directory: 'runs/study',
    widths: {
      layers: ['Conv2d_0', 'Conv2d_1'],
      shares: [1, 2, 3, 4].map((sample) => Uint8Array.from([60 * sample, 255 - 60 * sample])),
    },
    summary: {
      schema: 'morphline/study@1',
      network: 'tiny',
      samples: 4,
      law: 'uniform',
      seed: 3,
      batch: 1,
      devices: [
        { column: 'v100_us', name: 'v100', kind: 'datasheet', view: 'morph-net' },
        { column: 'calibrated_us', name: 'Test CPU onnxruntime ×2', kind: 'measured', view: 'deployed' },
      ],
      predict_seconds: 0.5,
      flops_against_predicted: [
        { column: 'v100_us', ...correlations(0.855) },
        { column: 'calibrated_us', ...correlations(0.986) },
      ],
      measured: {
        networks: 2,
        engine: 'onnxruntime',
        threads: 2,
        adapter: 'Test CPU',
        repeatability: 0.012,
        against_measured: [
          { column: 'flops', ...correlations(0.98) },
          { column: 'v100_us', pearson: null, spearman: null },
          { column: 'calibrated_us', pearson: 0.999, spearman: 0.998 },
        ],
        calibrated_mape: 0.015,
        drift_since_calibration: 0.08,
      },
    },
    rows: [1, 2, 3, 4].map((sample) => ({
      sample,
      law: 'uniform',
      flops: 1e9 * sample,
      parameters: 1000 * sample,
      measured_us: sample < 3 ? 2100 * sample : null,
      measured_spread: sample < 3 ? 0.01 : null,
      measured_rounds: sample < 3 ? 24 : null,
      measured_disturbed: sample < 3 ? 0 : null,
      v100_us: 20 + sample,
      calibrated_us: 2000 * sample,
    })),
  };
}

/** Two epochs of each stage; one of two layers is removed. */
export function trainingData(): TrainingData {
  const trained = (
    name: TrainingData['result']['networks'][number]['name'],
    accuracy: number,
    us: number,
    speedups: readonly [number, number],
  ) => ({
    name,
    widths: { Conv2d_0: 8, 'Mixed_1/Conv2d_0a_1x1': 4 },
    flops: 1000 * us,
    parameters: 10 * us,
    test_accuracy: accuracy,
    cost: us,
    predicted_latency_us: us,
    measured_latency_us: us + 5,
    measured_spread: 0.01,
    predicted_speedup: speedups[0],
    measured_speedup: speedups[1],
  });
  return {
    directory: 'runs/train',
    result: {
      schema: 'morphline/train-result@1',
      network: 'inception-32',
      data: { name: 'cifar10', origin: 'class-folders', train: 4000, test: 10000 },
      target: 'latency on Test CPU',
      device: 'Test CPU',
      cost_unit: 'µs',
      budget: 180,
      multiple_of: 4,
      omega: 1.2375,
      multiplier: 0.5625,
      networks: [
        trained('seed', 0.4401, 300, [1, 1]),
        trained('shrunk', 0.3587, 120, [2.47, 2.37]),
        trained('expanded', 0.4231, 170, [1.7555, 1.748]),
        trained('multiplier', 0.4229, 171, [1.7577, 1.7776]),
      ],
      measured_on: 'onnxruntime ×2, Test CPU',
      repeatability: 0.0024,
      trained_on: 'tensorflow ×2',
      seconds: 110,
    },
    metrics: (['seed', 'shrink', 'expanded', 'multiplier'] as const).flatMap((stage) =>
      [1, 2].map((epoch) => ({
        stage,
        epoch,
        images: 4000,
        loss: 2 / epoch,
        train_accuracy: 0.2 * epoch,
        test_accuracy: 0.21 * epoch,
        learning_rate: 0.05,
        strength: 1,
        cost_ratio: stage === 'shrink' ? 1 - 0.3 * epoch : 1,
        seconds: 1,
      })),
    ),
    layers: [
      { layer: 'Conv2d_0', seed_width: 8, shrunk_width: 6, expanded_width: 7, multiplier_width: 5 },
      {
        layer: 'Mixed_1/Conv2d_0a_1x1',
        seed_width: 4,
        shrunk_width: 0,
        expanded_width: 0,
        multiplier_width: 2,
      },
    ],
  };
}

export function sweepData(): SweepData {
  const rows = [0.3, 0.5].flatMap((budget) => [
    sweepRow({ method: 'width-multiplier', budget, accuracy: 0.6 + budget / 10 }),
    sweepRow({ method: 'latency', form: 'expanded', budget, accuracy: 0.63 + budget / 10 }),
  ]);
  const all = [sweepRow({ method: 'seed', form: 'seed', budget: 1, accuracy: 0.72 }), ...rows];
  return {
    directory: 'runs/sweep',
    settings: {
      network: 'inception-32',
      data: 'shapes',
      device: 'a device',
      trainImages: 4000,
      testImages: 1000,
      epochs: 8,
      budgetIn: 'latency',
    },
    rows: all,
    summary: sweepSummary(all),
    comparisons: comparisons(all),
  };
}

export function reportData(parts: Partial<ReportData> = {}): ReportData {
  return {
    title: 'Morphline report',
    generatedAt: '2026-11-22T13:40:00.000Z',
    version: '0.1.0',
    calibrations: [calibrationData()],
    studies: [studyData()],
    trainings: [trainingData()],
    sweeps: [sweepData()],
    comparisons: [],
    explanations: [],
    checks: [],
    ...parts,
  };
}

/** A report of no results: each test adds its own. */
export const NOTHING = { calibrations: [], studies: [], trainings: [], sweeps: [] };

import { median } from 'simple-statistics';
import { z } from 'zod';
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor, type NetworkPrediction } from '../../calibration/predict.ts';
import { staleness } from '../../calibration/profile-match.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { kernelBytes } from '../../network/lowering/kernel.ts';
import type { Network } from '../../network/network.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { filterSlopes } from '../filter-cost/filter-slopes.ts';
import type { ProgressListener } from '../progress.ts';

export const PROFILE_SCHEMA = 'morphline/profile@1';

const layer = z.object({
  name: z.string(),
  /** Kernel class. */
  kind: z.string(),
  flops: z.number(),
  bytes: z.number(),
  latency_us: z.number(),
  /** Robust standard deviation over rounds and loads, as a fraction. */
  spread: z.number(),
  /** Of the sum of all kernels. */
  share: z.number(),
  gflops_per_second: z.number(),
  /** What the device profile says; null without one. */
  predicted_us: z.number().nullable(),
  bound: z.enum(['compute', 'memory', 'overhead']).nullable(),
  /** What one more filter of the layer costs by the device profile, its inputs and consumers included; null if fixed. */
  us_per_filter: z.number().nullable(),
});

/** What `profile --json` prints. */
export const networkProfile = z.object({
  schema: z.literal(PROFILE_SCHEMA),
  network: z.string(),
  engine: z.string(),
  adapter: z.string(),
  threads: z.number().int(),
  batch: z.number().int(),
  /** Hot: wall time of one inference after another. */
  latency_us: z.number(),
  /** With the caches as another network left them. */
  cold_us: z.number(),
  spread: z.number(),
  /** Mean of |pass 2 / pass 1 − 1|: whole loads, or rounds where there is one load. */
  repeatability: z.number().nullable(),
  /** Σ of the kernels; what is missing or too much is dispatch and the recording of them. */
  kernels_us: z.number(),
  /** Which clock the kernels were timed by. */
  clock: z.enum(['wall', 'gpu-timestamp']),
  predicted_us: z.number().nullable(),
  /** What differs between this engine and the device profile's. */
  stale: z.array(z.string()),
  loads: z.number().int(),
  rounds: z.number().int(),
  disturbed: z.number().int(),
  layers: z.array(layer),
});
export type NetworkProfile = z.infer<typeof networkProfile>;

export interface ProfileOptions {
  readonly measurer: Measurer;
  readonly network: Network;
  /** To predict beside; must be one of this engine where it is a measured one. */
  readonly device?: Device;
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  readonly onProgress?: ProgressListener;
}

/** How often the network is loaded: where its buffers come to lie is part of its latency. */
const LOADS = 3;
const MIN_ROUNDS = 6;
const MAX_ROUNDS = 300;

async function measured(
  { measurer, batch, seed, budgetSeconds, onProgress }: Omit<ProfileOptions, 'network' | 'device'>,
  networks: readonly Network[],
  isProfiled: boolean,
  loads: number,
): Promise<BlockMeasurement> {
  const startMs = Date.now();
  const plan = planChannels(networks[0] as Network);
  const block = await measureBlock(
    measurer,
    networks.map((network, index) => ({ id: `${index}`, network, profiled: isProfiled })),
    {
      batch,
      seed,
      sentinel: sentinelNetwork(plan),
      loads,
      policy: {
        minRounds: MIN_ROUNDS,
        maxRounds: MAX_ROUNDS,
        deadlineMs: startMs + 1e3 * budgetSeconds,
      },
      onSample() {
        const fraction = (Date.now() - startMs) / (1e3 * budgetSeconds);
        onProgress?.({ fraction: Math.min(0.99, fraction), text: 'measuring' });
      },
      onFailure({ reason }) {
        throw new Error(reason);
      },
    },
  );
  return block;
}

/**
 * Measures a network and every kernel of it in situ, over several loads, beside what a device profile predicts.
 * @throws UserError for a profile of another engine
 */
export async function profileNetwork(options: ProfileOptions): Promise<NetworkProfile> {
  const { measurer, network, device, batch } = options;
  const stale = device === undefined ? [] : staleness(device, measurer.description);
  const block = await measured(options, [network], true, LOADS);
  const [result] = block.networks;
  if (result === undefined) throw new Error(`${network.name} was not measured`);
  const plan = planChannels(network);
  let prediction: NetworkPrediction | undefined;
  if (device !== undefined) {
    prediction = latencyPredictor(plan, device, { batch, view: 'deployed' }).detail(plan.fullWidths);
  }
  const predicted = new Map(prediction?.layers.map((each) => [each.name, each]));
  const filterUs = device === undefined ? undefined : filterSlopes(plan, plan.fullWidths, device, batch);
  const kernelsUs = result.kernels.reduce((sum, { latencyUs }) => sum + latencyUs, 0);
  const { description } = measurer;
  return {
    schema: PROFILE_SCHEMA,
    network: network.name,
    engine: engineChoice(description),
    adapter: description.adapter,
    threads: description.threads,
    batch,
    latency_us: result.latencyUs,
    cold_us: result.coldUs,
    spread: result.spread,
    repeatability: block.repeatability,
    kernels_us: kernelsUs,
    clock: description.clock,
    predicted_us: prediction?.latencyUs ?? null,
    stale,
    loads: result.loads,
    rounds: result.rounds,
    disturbed: result.disturbed,
    layers: result.kernels.map(({ kernel, latencyUs, spread }) => {
      const name = kernel.op.startsWith('reorder') ? `${kernel.name} (${kernel.op})` : kernel.name;
      return {
        name,
        kind: kernel.kernelClass,
        flops: kernel.flops,
        bytes: kernelBytes(kernel),
        latency_us: latencyUs,
        spread,
        share: latencyUs / kernelsUs,
        gflops_per_second: latencyUs > 0 ? kernel.flops / latencyUs / 1e3 : 0,
        predicted_us: predicted.get(name)?.latencyUs ?? null,
        bound: predicted.get(name)?.bound ?? null,
        us_per_filter: filterUs?.get(name) ?? null,
      };
    }),
  };
}

/** One network in two passes. */
export interface Repeated {
  readonly sample: number;
  readonly latencyUs: readonly [number, number];
  /** pass 2 / pass 1 − 1, the drift of the machine divided out. */
  readonly difference: number;
}

export interface Repeatability {
  readonly networks: readonly Repeated[];
  /** How much slower the sentinel was in the second pass: what the machine, not the measuring, changed. */
  readonly drift: number;
  /** Of the absolute differences. */
  readonly median: number;
  readonly mean: number;
  readonly largest: number;
}

/**
 * Measures random sub-networks of a network twice, in passes that share nothing: other processes, loads and rounds.
 * @param count of sub-networks, uniform widths
 */
export async function repeatability(
  options: Omit<ProfileOptions, 'device'>,
  count: number,
): Promise<Repeatability> {
  const plan = planChannels(options.network);
  const networks = Array.from({ length: count }, (_, index) =>
    resizeNetwork(plan, sampleWidths(plan, 'uniform', options.seed, index)),
  );
  const passes: BlockMeasurement[] = [];
  for (const pass of [0, 1]) {
    const { onProgress } = options;
    passes.push(
      await measured(
        {
          ...options,
          seed: options.seed + pass,
          budgetSeconds: options.budgetSeconds / 2,
          ...(onProgress === undefined
            ? {}
            : {
                onProgress: ({ fraction }) =>
                  onProgress({ fraction: (pass + fraction) / 2, text: `pass ${pass + 1} of 2` }),
              }),
        },
        networks,
        false,
        LOADS,
      ),
    );
  }
  const drift = (passes[1]?.sentinelUs as number) / (passes[0]?.sentinelUs as number) - 1;
  const repeated = networks.map((_, sample): Repeated => {
    const [first, second] = passes.map(({ networks: of }) => of[sample]?.latencyUs as number) as [
      number,
      number,
    ];
    return { sample, latencyUs: [first, second], difference: second / first / (1 + drift) - 1 };
  });
  const sizes = repeated.map(({ difference }) => Math.abs(difference));
  return {
    networks: repeated,
    drift,
    median: median(sizes),
    mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    largest: Math.max(...sizes),
  };
}

// Measuring one network, or several together, for a profile: over loads, until the budget is spent.
import type { Device } from '../../calibration/device-profile.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { NetworkCase } from '../../profiler/timing/measure-load.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import type { ProgressListener } from '../progress.ts';
import { sessionSentinel } from '../samples/session-sentinel.ts';

export interface ProfileMeasuring {
  readonly measurer: Measurer;
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** A profile to compare with: its sentinel tells how the machine's speed has changed since. */
  readonly device?: Device;
  readonly onProgress?: ProgressListener;
}

/** A network, or the file that it was read of as it is. */
export type MeasuredCase = Pick<NetworkCase, 'network' | 'file'>;

/** How often the network is loaded: where its buffers come to lie is part of its latency. */
const LOADS = { leastLoads: 3, loads: 8 } as const;
const MIN_ROUNDS = 6;
const MAX_ROUNDS = 300;

/**
 * Measures networks of one family together.
 * @param isProfiled whether their kernels are recorded too
 * @throws Error for one that cannot be measured
 */
export async function measureTogether(
  { measurer, batch, seed, budgetSeconds, device, onProgress }: ProfileMeasuring,
  cases: readonly [MeasuredCase, ...MeasuredCase[]],
  isProfiled: boolean,
): Promise<BlockMeasurement> {
  const startMs = Date.now();
  return measureBlock(
    measurer,
    cases.map((each, index) => ({ ...each, id: `${index}`, profiled: isProfiled, keepsRun: isProfiled })),
    {
      batch,
      seed,
      sentinel: sessionSentinel(planChannels(cases[0].network), device).network,
      pacer: pacerNetwork(),
      ...LOADS,
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
}

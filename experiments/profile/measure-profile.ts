// Measuring one network, or several together, for a profile: over loads, until the budget is spent.
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import type { ProgressListener } from '../progress.ts';

export interface ProfileMeasuring {
  readonly measurer: Measurer;
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  readonly onProgress?: ProgressListener;
}

/** How often the network is loaded: where its buffers come to lie is part of its latency. */
const LOADS = 3;
const MIN_ROUNDS = 6;
const MAX_ROUNDS = 300;

/**
 * Measures networks of one family together.
 * @param isProfiled whether their kernels are recorded too
 * @throws Error for one that cannot be measured
 */
export async function measureTogether(
  { measurer, batch, seed, budgetSeconds, onProgress }: ProfileMeasuring,
  networks: readonly [Network, ...Network[]],
  isProfiled: boolean,
): Promise<BlockMeasurement> {
  const startMs = Date.now();
  return measureBlock(
    measurer,
    networks.map((network, index) => ({ id: `${index}`, network, profiled: isProfiled })),
    {
      batch,
      seed,
      sentinel: sentinelNetwork(planChannels(networks[0])),
      pacer: pacerNetwork(),
      loads: LOADS,
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

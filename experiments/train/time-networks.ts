// Timing the networks of a training run: all together, in rounds over several loads.

import { driftSince } from '../../calibration/profile-match.ts';
import type { Network } from '../../network/network.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { BlockMeasurement, NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import type { ProgressListener } from '../progress.ts';
import { sessionSentinel } from '../samples/session-sentinel.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * Where an engine's buffers come to lie can make a network slower by a quarter for as long as it is loaded (seen with
 * ONNX Runtime's blocked layout), which no number of rounds shows.
 */
const LOADS = 6;
const ROUNDS_PER_LOAD = 6;
const ROUNDS = LOADS * ROUNDS_PER_LOAD;

export interface TimedNetworks<Id extends string> extends Pick<BlockMeasurement, 'repeatability'> {
  /** How much slower the machine is than when the run's device was calibrated; null where nothing tells. */
  readonly driftSinceCalibration: number | null;
  of(id: Id): NetworkMeasurement;
}

/** @throws Error if a network could not be measured */
export async function timeNetworks<Id extends string>(
  { plan, options: { seed, device } }: TrainingRun,
  measurer: Measurer,
  networks: ReadonlyMap<Id, Network>,
  onProgress: ProgressListener,
): Promise<TimedNetworks<Id>> {
  let samples = 0;
  const sentinel = sessionSentinel(plan, device);
  const block = await measureBlock(
    measurer,
    [...networks].map(([id, network]) => ({ id, network, profiled: false })),
    {
      batch: 1,
      seed,
      sentinel: sentinel.network,
      pacer: pacerNetwork(),
      loads: LOADS,
      // Whatever the time: none is left beyond the least number.
      policy: { minRounds: ROUNDS, maxRounds: ROUNDS, deadlineMs: 0 },
      onSample: () => onProgress({ fraction: ++samples / (ROUNDS * networks.size), text: 'measuring' }),
      onFailure({ id, reason }) {
        throw new Error(`network ${id} was not measured: ${reason}`);
      },
    },
  );
  const { sentinelUs, pacing } = block;
  const pacerUs = pacing?.referenceUs ?? null;
  const session = { network: sentinel.family, batch: 1, engine: measurer.description, pacerUs };
  const found = new Map(block.networks.map((each) => [each.id, each]));
  return {
    repeatability: block.repeatability,
    driftSinceCalibration: sentinelUs === null ? null : driftSince(device, { ...session, sentinelUs }),
    of(id) {
      const measurement = found.get(id);
      if (measurement === undefined) throw new Error(`network ${id} was not measured`);
      return measurement;
    },
  };
}

// Timing the networks of a training run: all together, in rounds over several loads.
import type { Network } from '../../network/network.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { BlockMeasurement, NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import type { ProgressListener } from '../progress.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * Where an engine's buffers come to lie can make a network slower by a quarter for as long as it is loaded (seen with
 * ONNX Runtime's blocked layout), which no number of rounds shows.
 */
const LOADS = 6;
const ROUNDS_PER_LOAD = 6;
const ROUNDS = LOADS * ROUNDS_PER_LOAD;

export interface TimedNetworks<Id extends string> extends Pick<BlockMeasurement, 'repeatability'> {
  of(id: Id): NetworkMeasurement;
}

/** @throws Error if a network could not be measured */
export async function timeNetworks<Id extends string>(
  { plan, options: { seed } }: TrainingRun,
  measurer: Measurer,
  networks: ReadonlyMap<Id, Network>,
  onProgress: ProgressListener,
): Promise<TimedNetworks<Id>> {
  let samples = 0;
  const block = await measureBlock(
    measurer,
    [...networks].map(([id, network]) => ({ id, network, profiled: false })),
    {
      batch: 1,
      seed,
      sentinel: sentinelNetwork(plan),
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
  const found = new Map(block.networks.map((each) => [each.id, each]));
  return {
    repeatability: block.repeatability,
    of(id) {
      const measurement = found.get(id);
      if (measurement === undefined) throw new Error(`network ${id} was not measured`);
      return measurement;
    },
  };
}

// How far one-minute sessions are from a long reference: node scripts/run.mjs long-reference [MINUTES] [SESSIONS] [ENGINE]
import { mean, median } from 'simple-statistics';
import { planChannels } from '../network/channel-plan.ts';
import { sampleWidths } from '../network/sampling.ts';
import { resizeNetwork } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { openIsolated } from '../profiler/timing/isolation/isolated-measurer.ts';
import { measureBlock } from '../profiler/timing/measure-block.ts';
import type { BlockMeasurement } from '../profiler/timing/measure-networks.ts';
import type { Measurer } from '../profiler/timing/measurer.ts';
import { pacerNetwork } from '../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../profiler/timing/sentinel.ts';

const NETWORKS = 12;
const REFERENCE_LOADS = 12;
const SESSION_SECONDS = 60;

/** Latencies of the same networks, as a session of so many seconds finds them. */
async function session(
  measurer: Measurer,
  seconds: number,
  loads: { readonly leastLoads: number; readonly loads: number },
): Promise<BlockMeasurement> {
  const plan = planChannels(zooNetwork('inception-v2'));
  const cases = Array.from({ length: NETWORKS }, (_, sample) => ({
    id: String(sample),
    network: resizeNetwork(plan, sampleWidths(plan, 'uniform', 1, sample)),
    profiled: false,
  }));
  return measureBlock(measurer, cases, {
    batch: 1,
    seed: 1,
    sentinel: sentinelNetwork(plan),
    pacer: pacerNetwork(),
    ...loads,
    policy: { minRounds: loads.leastLoads, maxRounds: 10_000, deadlineMs: Date.now() + 1e3 * seconds },
  });
}

/** Mean of |ratio − 1| of a session's latencies over the reference's. */
function difference(own: BlockMeasurement, reference: BlockMeasurement, factor: number): number {
  const ratios = own.networks.map(
    ({ latencyUs }, at) => latencyUs / factor / (reference.networks[at]?.latencyUs as number),
  );
  return mean(ratios.map((ratio) => Math.abs(ratio - 1)));
}

/** The one factor that brings a session's latencies nearest to the reference's. */
function commonFactor(own: BlockMeasurement, reference: BlockMeasurement): number {
  return median(
    own.networks.map(({ latencyUs }, at) => latencyUs / (reference.networks[at]?.latencyUs as number)),
  );
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;

/** @returns exit code */
export async function main(_root: string, args: readonly string[]): Promise<number> {
  const [minutes = '16', sessions = '4', engine = 'onnxruntime'] = args;
  const measurer = await openIsolated({ engine, threads: 1 });
  const long = { leastLoads: REFERENCE_LOADS, loads: REFERENCE_LOADS };
  const short = { leastLoads: 2, loads: 8 };
  const before: BlockMeasurement[] = [];
  const half = Math.floor(Number(sessions) / 2);
  for (let index = 0; index < half; index++) before.push(await session(measurer, SESSION_SECONDS, short));
  const reference = await session(measurer, 60 * Number(minutes), long);
  const after: BlockMeasurement[] = [];
  for (let index = half; index < Number(sessions); index++)
    after.push(await session(measurer, SESSION_SECONDS, short));
  await measurer.close();
  const sure = mean(reference.networks.map(({ standardError }) => standardError ?? Number.NaN));
  const [first] = reference.networks;
  process.stdout.write(
    `reference: ${first?.loads} loads, ${first?.rounds} rounds, standard error ${percent(sure)}, pacer exponent ${reference.pacing?.exponent}\n`,
  );
  for (const own of [...before, ...after]) {
    const bySentinel = (own.sentinelUs as number) / (reference.sentinelUs as number);
    const byPacer = (own.pacing?.referenceUs as number) / (reference.pacing?.referenceUs as number);
    const common = commonFactor(own, reference);
    process.stdout.write(
      [
        `session: ${own.networks[0]?.loads} loads, ${own.networks[0]?.rounds} rounds`,
        `machine ${percent(common - 1)} slower (by sentinel ${percent(bySentinel - 1)}, by pacer ${percent(byPacer - 1)})`,
        `off by ${percent(difference(own, reference, common))} after one common factor`,
        `${percent(difference(own, reference, bySentinel))} anchored by the sentinel, ${percent(difference(own, reference, 1))} as quoted\n`,
      ].join('; '),
    );
  }
  return 0;
}

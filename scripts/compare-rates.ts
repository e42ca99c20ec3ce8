// How often compare errs beside a busy neighbour: node scripts/run.mjs compare-rates OUT.csv [NETWORK] [aa=200@20s 1.03=20@60s …]

import { type ChildProcess, spawn } from 'node:child_process';
import { mean } from 'simple-statistics';
import { z } from 'zod';
import { openDevice } from '../calibration/open-device.ts';
import { latencyPredictor } from '../calibration/predict.ts';
import { compareNetworks } from '../experiments/compare/compare-networks.ts';
import { planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import { resizeNetwork } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { openIsolated } from '../profiler/timing/isolation/isolated-measurer.ts';
import { compareVerdict } from '../records/comparison.ts';
import { CsvFile } from '../records/csv-file.ts';
import { UserError } from '../records/user-error.ts';

const number = z.coerce.number();

/** A comparison; medians of all raw runs stand beside it, for a judge who looks at those alone. */
const row = z.object({
  /** `aa`, or the ratio that was planted, by prediction. */
  pair: z.string(),
  index: number,
  budget_s: number,
  ratio: number,
  precision_reached: number,
  verdict: compareVerdict,
  loads: number,
  seconds: number,
  naive_ratio: number,
});
type Row = z.infer<typeof row>;

const PROFILE = 'profiles/amd-epyc-onnxruntime-1-thread-inception-mobilenet-resnet.json';
const DEFAULT_PLAN = ['aa=200@20s', '1.03=40@60s', '1.01=40@180s'];
/** A naive judge's border. */
const NAIVE = 0.02;

/** Half of the time, for 20 to 400 ms, floating point and memory. */
const NEIGHBOUR = `
const block = new Float64Array(1 << 20);
const busy = (ms) => { const end = performance.now() + ms; let x = 0;
  for (let i = 0; performance.now() < end; i = (i + 4097) % block.length) { for (let k = 0; k < 500; k++) x = Math.sqrt(x + k); block[i] += x; } };
const turn = () => { busy(20 + 380 * Math.random()); setTimeout(turn, 20 + 380 * Math.random()); };
turn();
process.stdin.on('end', () => process.exit()).resume();
`;

/** A process that works in bursts until it is killed, or this one ends. */
const startNeighbour = (): ChildProcess =>
  spawn(process.execPath, ['-e', NEIGHBOUR], { stdio: ['pipe', 'ignore', 'inherit'] });

interface Planned {
  readonly pair: string;
  readonly count: number;
  readonly budgetSeconds: number;
}

function planned(text: string): Planned {
  const [, pair, count, seconds] = /^(aa|\d\.\d+)=(\d+)@(\d+)s$/.exec(text) ?? [];
  if (pair === undefined) {
    throw new UserError({
      got: `'${text}'`,
      expected: 'a pair, how many comparisons and their budget, such as aa=200@20s or 1.03=40@60s',
      fix: 'correct it',
    });
  }
  return { pair, count: Number(count), budgetSeconds: Number(seconds) };
}

/** The network with one layer wider by whole blocks, which the profile predicts to be slower by about that. */
function slower(root: string, network: Network, ratio: number): Network {
  const plan = planChannels(network);
  const predictor = latencyPredictor(plan, openDevice(`${root}/${PROFILE}`));
  const before = predictor.latencyUs(plan.fullWidths);
  let best = { off: Number.POSITIVE_INFINITY, widths: plan.fullWidths };
  plan.groups.forEach(({ fixed, size }, group) => {
    for (let more = 16; !fixed && more <= size; more += 16) {
      const widths = plan.fullWidths.slice();
      widths[group] = size + more;
      const off = Math.abs(predictor.latencyUs(widths) / before - ratio);
      if (off < best.off) best = { off, widths };
    }
  });
  return resizeNetwork(plan, best.widths);
}

function summary(rows: readonly Row[]): string {
  const pairs = [...new Set(rows.map(({ pair }) => pair))];
  return pairs
    .map((pair) => {
      const own = rows.filter((each) => each.pair === pair);
      const share = (of: (each: Row) => boolean) => `${own.filter(of).length} of ${own.length}`;
      const told = (each: Row) => each.verdict.startsWith('b-');
      return [
        `${pair}: told apart ${share(told)}, slower ${share(({ verdict }) => verdict === 'b-slower')}`,
        `the same ${share(({ verdict }) => verdict === 'same')}, open ${share(({ verdict }) => verdict === 'inconclusive')}`,
        `medians differ by more than 2 % in ${share(({ naive_ratio: naive }) => Math.abs(naive - 1) > NAIVE)}`,
        `mean ratio ${Math.exp(mean(own.map(({ ratio }) => Math.log(ratio)))).toFixed(4)}`,
        `${mean(own.map(({ loads }) => loads)).toFixed(1)} loads in ${mean(own.map(({ seconds }) => seconds)).toFixed(1)} s`,
      ].join('; ');
    })
    .join('\n');
}

/** Goes on where an earlier run of the same file ended. @returns exit code */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const [path, name = 'mobilenet-v1-0.5', ...plan] = args;
  if (path === undefined) {
    throw new UserError({ got: 'no file', expected: 'where to write rows', fix: 'name a CSV file' });
  }
  const network = zooNetwork(name);
  const file = new CsvFile(path, row);
  file.repair();
  const measurer = await openIsolated({ engine: 'onnxruntime', threads: 1 });
  const neighbour = startNeighbour();
  try {
    for (const { pair, count, budgetSeconds } of (plan.length > 0 ? plan : DEFAULT_PLAN).map(planned)) {
      const other = pair === 'aa' ? network : slower(root, network, Number(pair));
      const done = file.read().filter((each) => each.pair === pair).length;
      for (let index = done; index < count; index++) {
        const result = await compareNetworks({
          measurer,
          a: { name: 'a', network },
          b: { name: 'b', network: other },
          batch: 1,
          seed: 1000 * index,
          precision: 0.01,
          budgetSeconds,
        });
        const { ratio, low, high, verdict, loads, seconds, a, b } = result;
        file.append([
          {
            pair,
            index,
            budget_s: budgetSeconds,
            ratio,
            precision_reached: low === null || high === null ? 1 : Math.sqrt(high / low) - 1,
            verdict,
            loads,
            seconds,
            naive_ratio: (b.p50_us ?? Number.NaN) / (a.p50_us ?? Number.NaN),
          },
        ]);
        process.stderr.write(`${pair} ${index + 1}/${count}: ${ratio.toFixed(4)} ${verdict}\n`);
      }
    }
  } finally {
    neighbour.kill();
    await measurer.close();
  }
  process.stdout.write(`${summary(file.read())}\n`);
  return 0;
}

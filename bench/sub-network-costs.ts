// FLOPs, weights and a datasheet latency of random Inception V2 sub-networks: what one width vector costs, against the
// straightforward way (resize the network, derive its channels, cost it), and whether time grows linearly.
import { Bench } from 'tinybench';
import { planChannels } from '../network/channel-plan.ts';
import { MorphNetView } from '../network/morph-net-view.ts';
import { sampleWidths } from '../network/sampling.ts';
import { resizeNetwork } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';

const P100 = { computeRateGflops: 9300, bandwidthGBps: 732 };
const COUNT = 1000;

const plan = planChannels(zooNetwork('inception-v2'));
const view = new MorphNetView(plan);
const widths = Array.from({ length: COUNT }, (_, k) => sampleWidths(plan, 'uniform', 1, k));
const latencyNs = new Float64Array(1);

function compiled(times: number): void {
  for (let turn = 0; turn < times; turn++) for (const each of widths) view.totals(each, [P100], latencyNs);
}

function straightforward(): void {
  for (const each of widths.slice(0, COUNT / 100)) {
    const resized = planChannels(resizeNetwork(plan, each));
    new MorphNetView(resized).totals(resized.fullWidths, [P100], latencyNs);
  }
}

const bench = new Bench({ time: 1500, warmupTime: 300 });
bench.add('compiled', () => compiled(1));
bench.add('compiled, ten times as many', () => compiled(10));
bench.add('straightforward, a hundredth', straightforward);
await bench.run();
const [one = Number.NaN, ten = Number.NaN, plain = Number.NaN] = bench.tasks.map(({ result }) =>
  'latency' in result ? result.latency.p50 : Number.NaN,
);
console.log(`width vectors per second: ${Math.round((COUNT * 1e3) / one)}`);
console.log(`ten times as many take ${(ten / one).toFixed(2)} times as long`);
console.log(`the straightforward way takes ${((100 * plain) / one).toFixed(0)} times as long`);

// Memory of this process while 500 random sub-Inceptions are measured in children, some of which are killed:
//   npm run bench -- isolation-memory
// ENGINE as `--engine` takes it; INPUT, pixels a side; WIDTH, of the largest one; NETWORKS, BLOCK of them
// in a process, KILLS, LOADS and ROUNDS.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSample, familyOf } from '../experiments/samples/family.ts';
import { measureSamples } from '../experiments/samples/measure-samples.ts';
import { planChannels } from '../network/channel-plan.ts';
import { checkedNetwork, type Network } from '../network/network.ts';
import { multipliedWidths } from '../network/sampling.ts';
import { resizeNetwork } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { openIsolated } from '../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../profiler/timing/measurer.ts';
import { measurementFiles } from '../records/measurement-files.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const ENGINE = process.env.ENGINE ?? 'onnxruntime';
const NETWORKS = number('NETWORKS', 500);
const KILLS = number('KILLS', 10);
const INPUT = number('INPUT', 32);
const WIDTH = number('WIDTH', 1);
const BLOCK = number('BLOCK', 128);
const ROUNDS = number('ROUNDS', 2);
const LOADS = number('LOADS', 2);
const SEED = 1;
/** Networks after which memory must stay where it is. */
const SETTLED = 50;
const SAMPLE_MS = 200;

function atInput(network: Network, size: number): Network {
  const layers = network.layers.map((layer) =>
    layer.kind === 'input' ? { ...layer, height: size, width: size } : layer,
  );
  return checkedNetwork({ ...network, layers });
}

const rssMb = () => process.memoryUsage.rss() / 1e6;

function childOf(pid: number): number | null {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return child === undefined || child === '' ? null : Number(child);
}

const seen = new Set<string>();
const full = planChannels(atInput(zooNetwork('inception-32'), INPUT));
const family = familyOf(resizeNetwork(full, multipliedWidths(full, WIDTH)));
const isolated = await openIsolated({ engine: ENGINE, threads: 1 });
const samples = NETWORKS * ROUNDS;
let taken = 0;
let kills = 0;
/** Kills are spread at random over the samples. */
const killAt = Array.from({ length: KILLS }, () => Math.floor(Math.random() * samples)).sort((a, b) => a - b);
const measurer: Measurer = {
  ...isolated,
  measureLoad: (job, listener) =>
    isolated.measureLoad(job, {
      ...listener,
      onSample(sample) {
        listener.onSample?.(sample);
        seen.add(sample.id);
        taken++;
        const child = childOf(process.pid);
        if (child === null || taken < (killAt[kills] ?? Number.POSITIVE_INFINITY)) return;
        kills++;
        // In the middle of what follows.
        setTimeout(() => {
          try {
            process.kill(child, 'SIGKILL');
          } catch {
            kills--;
          }
        }, 50 * Math.random());
      },
    }),
};
const memory: { networks: number; rss: number }[] = [];
const sampling = setInterval(() => memory.push({ networks: seen.size, rss: rssMb() }), SAMPLE_MS);
let longestBlockMs = 0;
let lastMs = performance.now();
const heart = setInterval(() => {
  longestBlockMs = Math.max(longestBlockMs, performance.now() - lastMs - 20);
  lastMs = performance.now();
}, 20);
const out = mkdtempSync(join(tmpdir(), 'isolation-memory-'));
const startMs = performance.now();
const rows = await measureSamples({
  measurer,
  samples: Array.from({ length: NETWORKS }, (_, sample) =>
    drawSample(
      {
        network: family.network.name,
        sample,
        role: sample % 5 === 0 && ENGINE === 'onnxruntime' ? 'fit' : 'report',
        law: 'uniform',
      },
      family,
      SEED,
    ),
  ),
  batch: 1,
  seed: SEED,
  out,
  loads: LOADS,
  minRounds: ROUNDS,
  maxRounds: ROUNDS,
  deadlineMs: startMs,
  networksPerBlock: BLOCK,
});
clearInterval(sampling);
clearInterval(heart);
const files = measurementFiles(out);
const rounds = files.rounds.read().map(({ sample, round }) => `${sample} ${round}`);
const settled = memory.filter(({ networks }) => networks >= SETTLED).map(({ rss }) => rss);
const first = settled[0] ?? Number.NaN;
const { description } = isolated;
console.log(
  `${description.engine} (${description.provider}, ${description.adapter}), input ${INPUT}×${INPUT}, widths × ${WIDTH}`,
);
console.log(
  `${rows.length} of ${NETWORKS} networks, ${files.failures.read().length} left out, ${kills} children killed, ${((performance.now() - startMs) / 1e3).toFixed(0)} s`,
);
console.log(`samples: ${rounds.length}, ${new Set(rounds).size} different`);
console.log(
  `resident memory of this process at network ${SETTLED}: ${first.toFixed(0)} MB; from then on ${Math.min(...settled).toFixed(0)} … ${Math.max(...settled).toFixed(0)} MB, at the end ${rssMb().toFixed(0)} MB`,
);
for (let networks = SETTLED; networks <= NETWORKS; networks += 50) {
  const at = memory.find((each) => each.networks >= networks);
  if (at !== undefined) console.log(`  ${at.networks} networks: ${at.rss.toFixed(0)} MB`);
}
console.log(`longest time in which the event loop stood: ${longestBlockMs.toFixed(0)} ms`);
rmSync(out, { recursive: true });

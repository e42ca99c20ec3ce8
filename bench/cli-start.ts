// What starting the built `morphline` costs: commands take turns with a bare `node -e 0`, so that a pair sees the same
// machine. Milliseconds of the fastest and the median start, and the median of the pairs' ratios.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, quantile } from 'simple-statistics';

const PAIRS = 20;
const MAIN = join(import.meta.dirname, '..', 'cli', 'main.js');
const BUDGET = join(mkdtempSync(join(tmpdir(), 'morphline-')), 'budget.json');
const PROFILE = join(import.meta.dirname, '../../profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json');
const COMMANDS = [
  '--help',
  'predict inception-v2 --device p100',
  'predict --help',
  'train --help',
  `check --budget-file ${BUDGET}`,
];

/** All limits that need no device, of the largest networks that a budget is likely to have. */
writeFileSync(
  BUDGET,
  JSON.stringify({
    schema: 'morphline/budget@1',
    budgets: ['inception-v2', 'resnet-50'].map((model) => ({
      model,
      device: PROFILE,
      limits: {
        predicted_latency_us: 1e9,
        flops: 1e12,
        parameters: 1e9,
        memory_bytes: 1e12,
        size_bytes: 1e12,
      },
    })),
  }),
);

function startMs(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

const bareMs: number[] = [];
const rows = COMMANDS.map((command) => {
  const args = [MAIN, ...command.split(' ')];
  startMs(args);
  const ms: number[] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Which comes first alternates, so that neither always runs behind the other.
    const first = startMs(pair % 2 === 0 ? args : ['-e', '0']);
    const second = startMs(pair % 2 === 0 ? ['-e', '0'] : args);
    const [own, bare] = pair % 2 === 0 ? [first, second] : [second, first];
    ms.push(own);
    bareMs.push(bare);
    ratios.push(own / bare);
  }
  return { command, ms, ratios };
});

const times = (ms: number[]) =>
  `${Math.min(...ms).toFixed(0)} ms at best, ${median(ms).toFixed(0)} in the median`;
console.log(`node -e 0: ${times(bareMs)}`);
for (const { command, ms, ratios } of rows) {
  console.log(
    `morphline ${command}: ${times(ms)}; ${median(ratios).toFixed(2)} × node -e 0 (quartiles ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)} of ${PAIRS} pairs)`,
  );
}

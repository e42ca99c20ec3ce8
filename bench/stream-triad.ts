// The bandwidth that `morphline ceilings` reports against a STREAM triad in C, one thread: the engine's a + b and
// STREAM's b + s·c over arrays of the same size take turns, so that a pair sees the same machine. Both count 3 arrays.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { quantile } from 'simple-statistics';
import { ARRAYS, cachesOf, MEASURED, memoryArrayBytes, trafficCase } from '../experiments/ceilings/cases.ts';
import { seededWeights } from '../network/weights.ts';
import { openEngine } from '../profiler/engines/registry.ts';
import { describeMachine } from '../profiler/machine.ts';

const PAIRS = 30;
const RUNS = 3;
const WARM_UPS = 2;

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * t.tv_sec + 1e-3 * t.tv_nsec;
}

/* Per line of input, a number of triads: a line of output with the time of each in us. */
int main(int count, char **arguments) {
  size_t n = count > 1 ? strtoull(arguments[1], NULL, 10) : 0;
  float *restrict a = malloc(n * sizeof *a), *restrict b = malloc(n * sizeof *b), *restrict c = malloc(n * sizeof *c);
  if (n == 0 || !a || !b || !c) return 1;
  for (size_t i = 0; i < n; i++) { a[i] = 0; b[i] = 1; c[i] = 2; }
  int runs;
  float s = 3;
  volatile float sink;
  while (scanf("%d", &runs) == 1) {
    for (int run = 0; run < runs; run++) {
      double start = now_us();
      for (size_t i = 0; i < n; i++) a[i] = b[i] + s * c[i];
      printf("%.3f ", now_us() - start);
      sink = a[(size_t)(s * 7) % n];
      s += sink > 0 ? 0.5f : 1.0f;
    }
    printf("\\n");
    fflush(stdout);
  }
  return 0;
}
`;

const median = (values: number[]) => quantile(values, 0.5);
const folder = mkdtempSync(join(tmpdir(), 'morphline-stream-'));
const binary = join(folder, 'stream');
writeFileSync(`${binary}.c`, SOURCE);
execFileSync('gcc', ['-O3', '-march=native', '-o', binary, `${binary}.c`]);

const engine = await openEngine('onnxruntime', { threads: 1 });
const caches = cachesOf(await describeMachine(), engine.description);
const arrayBytes = memoryArrayBytes(caches);
const { network, batch } = trafficCase('triad', arrayBytes);
const profiled = await engine.loadProfiled(network, { batch, weights: seededWeights(network, 1) });
const stream = spawn(binary, [String(arrayBytes / 4)], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface(stream.stdout)[Symbol.asyncIterator]();

async function streamUs(runs: number): Promise<number[]> {
  stream.stdin.write(`${runs}\n`);
  const { value } = await lines.next();
  return String(value).trim().split(' ').map(Number);
}

const streamPairs: number[][] = [];
await streamUs(WARM_UPS);
for (let run = 0; run < WARM_UPS; run++) await profiled.run();
for (let pair = 0; pair < PAIRS; pair++) {
  // Which comes first alternates, so that neither always runs behind the other.
  if (pair % 2 === 0) streamPairs.push(await streamUs(RUNS));
  for (let run = 0; run < RUNS; run++) await profiled.run();
  if (pair % 2 === 1) streamPairs.push(await streamUs(RUNS));
}
stream.stdin.end();
const timings = (await profiled.finish()).slice(WARM_UPS);
await engine.close();
rmSync(folder, { recursive: true, force: true });

const kernelUs = timings.map((run) => run.find(({ kernel }) => kernel.name === MEASURED)?.durationUs ?? 0);
const enginePairs = streamPairs.map((_, pair) => kernelUs.slice(pair * RUNS, (pair + 1) * RUNS));
const gbps = (us: number) => (ARRAYS.triad * arrayBytes) / us / 1e3;
const ratios = streamPairs.map((us, pair) => median(us) / median(enginePairs[pair] as number[]));
const report = (name: string, pairs: readonly (readonly number[])[]) =>
  console.log(
    `${name}: ${gbps(median(pairs.map((us) => median([...us])))).toFixed(1)} GB/s, best ${gbps(Math.min(...pairs.flat())).toFixed(1)}`,
  );
console.log(`triad of 3 arrays of ${arrayBytes / 2 ** 20} MiB, ${PAIRS} pairs`);
report('STREAM, gcc -O3 -march=native', streamPairs);
report('onnxruntime, 1 thread', enginePairs);
console.log(
  `onnxruntime / STREAM: ${median(ratios).toFixed(3)} (quartiles ${quantile(ratios, 0.25).toFixed(3)} to ${quantile(ratios, 0.75).toFixed(3)}), best of each ${(Math.min(...streamPairs.flat()) / Math.min(...kernelUs)).toFixed(3)}`,
);

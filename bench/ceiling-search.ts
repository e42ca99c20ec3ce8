// Whether the compute ceiling that `morphline ceilings` reports is the maximum: 240 random matrix products and
// convolutions, most of them of shapes it never tries, in shuffled rounds beside the case that set the ceiling; the
// fastest are timed again, so that luck does not win.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  type ComputeCase,
  type ComputeShape,
  computeCase,
  gemmShape,
} from '../experiments/ceilings/cases.ts';
import { measureCeilings } from '../experiments/ceilings/ceilings.ts';
import { measureCases } from '../experiments/ceilings/measure-cases.ts';
import { openEngine } from '../profiler/engines/registry.ts';

const CASES = 240;
const BLOCK = 24;
const FINALISTS = 16;
const BLOCK_SECONDS = 6;

const random = xoroshiro128plus(7);
/** Log-uniform, and mostly a multiple of what vectors and blocks like. */
function dimension(least: number, most: number): number {
  const share = uniformInt(random, 0, 1e6) / 1e6;
  const value = least * (most / least) ** share;
  const multiple = [1, 8, 16, 16, 32, 64][uniformInt(random, 0, 5)] as number;
  return Math.max(1, Math.round(value / multiple)) * multiple;
}

function randomShape(): ComputeShape {
  const kernel = (['gemm', 'conv-1x1', 'conv-3x3'] as const)[
    uniformInt(random, 0, 2)
  ] as ComputeShape['kernel'];
  if (kernel === 'gemm') return gemmShape(dimension(16, 4096), dimension(16, 4096), dimension(16, 4096));
  return {
    kernel,
    batch: [1, 1, 2, 4][uniformInt(random, 0, 3)] as number,
    size: uniformInt(random, 5, 120),
    // Convolutions run blocked on multiples of four.
    inputChannels: 4 * Math.ceil(dimension(8, 1024) / 4),
    outputChannels: dimension(8, 1024),
  };
}

function randomCases(): ComputeCase[] {
  const cases = new Map<string, ComputeCase>();
  while (cases.size < CASES) {
    const made = computeCase(randomShape());
    if (made.flops > 2e7 && made.flops < 4e9) cases.set(made.id, made);
  }
  return [...cases.values()];
}

const engine = await openEngine('onnxruntime', { threads: 1 });
const out = mkdtempSync(join(tmpdir(), 'morphline-ceilings-'));
const { peaks, compute } = await measureCeilings({ engine, seed: 1, budgetSeconds: 60, out });
rmSync(out, { recursive: true, force: true });
const holder = compute.find(({ id }) => id === peaks?.computeCase);
if (peaks === null || holder === undefined) throw new Error('no ceiling');
const reference = computeCase(holder);
console.log(`ceiling ${peaks.computeRateGflops.toFixed(1)} GFLOP/s, set by ${reference.id}`);

interface Found {
  readonly searched: ComputeCase;
  readonly gflops: number;
  /** Against the ceiling's case in the same rounds. */
  readonly ratio: number;
}

async function searchCases(cases: readonly ComputeCase[], seed: number): Promise<Found[]> {
  const others = cases.filter(({ id }) => id !== reference.id);
  const block = await measureCases(engine, [reference, ...others], { seed, budgetSeconds: BLOCK_SECONDS });
  const gflops = new Map(
    block.cases.map(({ measured: { id, flops }, latencyUs }) => [id, flops / latencyUs / 1e3]),
  );
  const own = gflops.get(reference.id) ?? Number.NaN;
  return others.flatMap((searched) => {
    const rate = gflops.get(searched.id);
    return rate === undefined ? [] : [{ searched, gflops: rate, ratio: rate / own }];
  });
}

const cases = randomCases();
const found: Found[] = [];
for (let at = 0; at < cases.length; at += BLOCK)
  found.push(...(await searchCases(cases.slice(at, at + BLOCK), at)));
found.sort((a, b) => b.ratio - a.ratio);
const finalists = await searchCases(
  found.slice(0, FINALISTS).map(({ searched }) => searched),
  CASES,
);
finalists.sort((a, b) => b.ratio - a.ratio);
await engine.close();
for (const { searched, gflops, ratio } of finalists.slice(0, 8)) {
  console.log(
    `${searched.id.padEnd(34)} ${gflops.toFixed(1)} GFLOP/s  ${ratio.toFixed(3)} of the ceiling's case`,
  );
}
const [first] = finalists;
console.log(
  `of ${found.length} random cases the fastest reaches ${((first?.gflops ?? 0) / peaks.computeRateGflops).toFixed(3)} of the reported ceiling, ${first?.ratio.toFixed(3)} of its case in the same rounds`,
);
for (const kernel of ['gemm', 'conv-1x1', 'conv-3x3']) {
  const best = found.filter(({ searched }) => searched.kernel === kernel)[0];
  console.log(`best ${kernel}: ${best?.searched.id} ${best?.gflops.toFixed(1)} GFLOP/s`);
}

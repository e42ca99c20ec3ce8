import { mean, median } from 'simple-statistics';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { meanErrorOfPerfectModel } from '../../../calibration/fit/noise.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { measureBlock } from '../../../profiler/timing/measure-block.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { normalNoise } from '../../support/noise.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const BASE = zooNetwork('inception-32');
const NETWORKS = 40;
const nameOf = (k: number) => `n${k}`;
/** Every second network has loads that differ by 4 %, the others by 0.5 %; rounds of all differ by 1 %. */
const betweenLoads = (k: number) => (k % 2 === 0 ? 0.04 : 0.005);

/** Measures networks of 20 to 59.5 ms, their loads and runs off by planted noise, until they are sure to 1.5 %. */
async function session(seed: number) {
  const noise = normalNoise(seed);
  let running = '';
  let load = new Map<string, number>();
  const engine = scriptedEngine({
    kernelUs: () => 10,
    onRun: (name) => {
      running = name;
    },
    networkUs() {
      const k = Number(running.slice(1));
      if (!running.startsWith('n')) return 5e3;
      if (!load.has(running)) load.set(running, betweenLoads(k) * noise());
      return 1e3 * (20 + k) * Math.exp((load.get(running) as number) + 0.01 * noise());
    },
  });
  const measurer = inProcess(engine);
  const cases = Array.from({ length: NETWORKS }, (_, k) => ({
    id: nameOf(k),
    network: { ...BASE, name: nameOf(k) },
    profiled: false,
  }));
  const { networks } = await measureBlock(
    {
      ...measurer,
      measureLoad(job, listener) {
        load = new Map();
        return measurer.measureLoad(job, listener);
      },
    },
    cases,
    {
      batch: 1,
      seed,
      sentinel: { ...BASE, name: 'sentinel' },
      loads: 4,
      policy: { minRounds: 8, maxRounds: 8, deadlineMs: 0 },
      precision: { standardError: 0.015, mostLoads: 12 },
    },
  );
  const ratios = networks.map(({ latencyUs }, k) => latencyUs / (1e3 * (20 + k)));
  const common = median(ratios);
  return {
    loads: networks.map((each) => each.loads),
    stated: meanErrorOfPerfectModel(
      networks.map(({ standardError, loads }) => ({ standardError: standardError ?? 0, values: loads })),
    ),
    shown: mean(ratios.map((ratio) => Math.abs(ratio / common - 1))),
  };
}

// How dear a load really is must not decide how many rounds it has here.
beforeAll(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
});
afterAll(() => {
  vi.restoreAllMocks();
});

describe('networks that are measured until they are sure', () => {
  test('take loads by how noisy they are, and their stated noise is what they are off by', async () => {
    const sessions = [];
    for (let seed = 1; seed <= 8; seed++) sessions.push(await session(seed));
    for (const { loads } of sessions) {
      const of = (parity: number) => mean(loads.filter((_, k) => k % 2 === parity));
      expect(of(0)).toBeGreaterThan(of(1) + 1);
      expect(Math.max(...loads)).toBeLessThanOrEqual(12);
      expect(Math.min(...loads)).toBeLessThanOrEqual(5);
    }
    // Those that happen to agree stop early: what they state is a little less than what they are off by.
    const ratio = mean(sessions.map(({ stated }) => stated)) / mean(sessions.map(({ shown }) => shown));
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  });
});

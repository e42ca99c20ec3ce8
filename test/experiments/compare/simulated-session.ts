import type { SideSample } from '../../../experiments/compare/load-ratios.ts';
import { normalNoise, uniformNoise } from '../../support/noise.ts';

/** How noisy a simulated machine is, all as fractions; the defaults are about what this project's machines showed. */
export interface Noise {
  /** Where buffers come to lie: a standard deviation of each network's load. */
  readonly load: number;
  /** A share of loads in which one of them is slower by so much, as ONNX Runtime's blocked kernels can be. */
  readonly unluckyShare: number;
  readonly unlucky: number;
  /** Of one round. */
  readonly round: number;
  /** A neighbour that comes and goes: its share of the time, how much slower it makes, and how many rounds it stays. */
  readonly burstShare: number;
  readonly burst: number;
  readonly burstRounds: number;
  /** Slow change of the machine's speed: a random walk's step from round to round. */
  readonly drift: number;
  /** How well the pacer follows what slows the machine: 1 is wholly. */
  readonly pacerFollows: number;
}

export const MACHINE: Noise = {
  load: 0.006,
  unluckyShare: 0.05,
  unlucky: 0.03,
  round: 0.02,
  burstShare: 0.4,
  burst: 0.3,
  burstRounds: 1.5,
  drift: 0.005,
  pacerFollows: 0.8,
};

const PACER_US = 300;

/** A session of two networks, load after load: samples as a machine of that noise would give them. */
export class SimulatedSession {
  private readonly normal: () => number;
  private readonly uniform: () => number;
  private readonly noise: Noise;
  private readonly ratio: number;
  private speed = 0;
  private isBurst = false;
  private load = 0;

  /** @param ratio the true time of B over that of A */
  constructor(seed: number, ratio: number, noise: Noise = MACHINE) {
    this.normal = normalNoise(2 * seed + 1);
    this.uniform = uniformNoise(2 * seed + 2);
    this.ratio = ratio;
    this.noise = noise;
  }

  /** How much slower the machine is right now, as a logarithm; bursts begin and end between two samples. */
  private slowness(): number {
    const { burstShare, burst, burstRounds, drift } = this.noise;
    const ends = 1 / (2 * burstRounds);
    const begins = (ends * burstShare) / (1 - burstShare);
    if (this.uniform() < (this.isBurst ? ends : begins)) this.isBurst = !this.isBurst;
    this.speed = 0.99 * this.speed + drift * this.normal();
    return this.speed + (this.isBurst ? burst * (0.5 + this.uniform()) : 0);
  }

  private placed(): number {
    const { load, unlucky, unluckyShare } = this.noise;
    return load * this.normal() + (this.uniform() < unluckyShare ? unlucky : 0);
  }

  nextLoad(rounds: number): SideSample[] {
    const placed = { a: this.placed(), b: this.placed() };
    const load = this.load++;
    return Array.from({ length: rounds }, (_, round) =>
      (this.uniform() < 0.5 ? (['a', 'b'] as const) : (['b', 'a'] as const)).map((id): SideSample => {
        const slow = this.slowness();
        const own = (id === 'a' ? 1000 : 1000 * this.ratio) * Math.exp(placed[id]);
        const latencyUs = own * Math.exp(slow + this.noise.round * this.normal());
        const pacerUs =
          PACER_US * Math.exp(this.noise.pacerFollows * slow + 0.5 * this.noise.round * this.normal());
        return { id, load, round, latencyUs, pacerUs, perPacer: latencyUs / pacerUs };
      }),
    ).flat();
  }
}

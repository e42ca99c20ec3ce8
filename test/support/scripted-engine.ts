import { deployedNetwork } from '../../network/deployed.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { type LoweringRules, TFJS_RULES } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import type {
  Engine,
  KernelTiming,
  LoadedNetwork,
  LoadOptions,
  ProfiledNetwork,
} from '../../profiler/engines/engine.ts';
import type { EngineDescription } from '../../records/engine-description.ts';

export interface Script {
  /** Time of one execution of a kernel, in µs. */
  readonly kernelUs: (kernel: Kernel) => number;
  /** Time of one inference; the sum of the kernels by default. */
  readonly networkUs?: (kernels: readonly Kernel[], sumUs: number) => number;
  /** Kernels of the lowering that do not run, and others in their place. */
  readonly otherwise?: {
    readonly fused: (kernel: Kernel) => boolean;
    readonly ran: readonly { readonly name: string; readonly op: string; readonly durationUs: number }[];
  };
  readonly rules?: LoweringRules;
  /** Called at each whole-network run, with the network's name. */
  readonly onRun?: (name: string) => void;
}

const DESCRIPTION: EngineDescription = {
  engine: 'onnxruntime',
  version: '0.0.0',
  hardware: 'cpu',
  adapter: 'scripted processor',
  provider: 'scripted',
  threads: 1,
  clock: 'wall',
  rules: 'tfjs',
};

/** An engine whose times are written in the test: nothing runs, so scheduling and fitting have exact expectations. */
export function scriptedEngine(script: Script): Engine {
  const rules = script.rules ?? TFJS_RULES;
  const lowered = (network: Network, options: LoadOptions) =>
    new Lowering(deployedNetwork(network), rules, options.batch).kernels();
  return {
    description: { ...DESCRIPTION, rules: rules.name },
    rules,
    async load(network, options): Promise<LoadedNetwork> {
      const kernels = lowered(network, options);
      return {
        async run() {
          script.onRun?.(network.name);
          const sum = kernels.reduce((total, kernel) => total + script.kernelUs(kernel), 0);
          return script.networkUs?.(kernels, sum) ?? sum;
        },
        async infer() {
          throw new Error('a scripted engine computes nothing');
        },
        async dispose() {},
      };
    },
    async loadProfiled(network, options): Promise<ProfiledNetwork> {
      const kernels = lowered(network, options);
      const runs: KernelTiming[][] = [];
      return {
        async run() {
          const { fused = () => false, ran = [] } = script.otherwise ?? {};
          runs.push([
            ...kernels
              .filter((kernel) => !fused(kernel))
              .map((kernel) => ({ kernel, durationUs: script.kernelUs(kernel) })),
            ...ran.map(({ durationUs, ...own }) => ({
              kernel: { ...own, isUnforeseen: true as const },
              durationUs,
            })),
          ]);
        },
        async finish() {
          return runs;
        },
      };
    },
    async close() {},
  };
}

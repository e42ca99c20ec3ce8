// The engine contract over any backend of tfjs: a network run kernel by kernel, as lowering says.
import type * as tfTypes from '@tensorflow/tfjs';
import { deployedNetwork } from '../../../network/deployed.ts';
import type { ActivationFunction, Layer } from '../../../network/layer.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { type LoweringRules, TFJS_RULES } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { refuseTypes } from '../../../network/refuse-types.ts';
import type { Shape } from '../../../network/shapes.ts';
import { seededNormals, weightShapes } from '../../../network/weights.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import type { Engine, KernelTiming, LoadedNetwork, LoadOptions, ProfiledNetwork } from '../engine.ts';
import { executeLayer, type LayerWeights, refusedOp, type Tf } from './execute.ts';
import type { KernelClock } from './kernel-clock.ts';
import { refuseTooLarge, sizeOf } from './tensor-sizes.ts';

const INPUT_SEED = 1;

/** What differs between the engines that run on tfjs. */
export interface TfjsBackend {
  readonly tf: Tf;
  /** Name of the backend within tfjs. */
  readonly backendName: string;
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  /** For one inference. */
  kernelClock(): KernelClock;
  /** The most that one tensor may hold; null where memory is the only limit. */
  readonly largestTensorBytes: number | null;
  /**
   * Waits for work, and throws what the device says went wrong meanwhile.
   * @param what names the work and its size
   */
  settled<T>(what: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What a backend has that computes on the CPU, in this process's own memory. */
export const ON_CPU: Pick<TfjsBackend, 'rules' | 'largestTensorBytes' | 'settled' | 'close'> = {
  rules: TFJS_RULES,
  largestTensorBytes: null,
  settled: (_, work) => work(),
  close: async () => undefined,
};

interface Step {
  readonly layer: Exclude<Layer, { kind: 'input' }>;
  readonly kernel: Kernel | null;
  readonly fused: ActivationFunction | null;
  /** Name of the tensor that it makes: its fused activation's, if there is one. */
  readonly output: string;
  readonly shape: Shape;
}

/** A network on a tfjs backend, run kernel by kernel as {@link Lowering} says. */
class TfjsNetwork implements LoadedNetwork {
  private readonly backend: TfjsBackend;
  private readonly network: Network;
  /** Name and size, for messages. */
  private readonly title: string;
  private readonly steps: readonly Step[];
  private readonly weights = new Map<string, Record<string, tfTypes.Tensor>>();
  private readonly inputs = new Map<string, tfTypes.Tensor>();
  private readonly inputShapes = new Map<string, [number, number, number, number]>();

  constructor(backend: TfjsBackend, network: Network, { batch, weights }: LoadOptions) {
    this.backend = backend;
    this.network = network;
    const { tf } = backend;
    const odd = network.layers.find(
      (layer) => layer.kind === 'op' || (layer.kind === 'input' && layer.tensor),
    );
    if (odd !== undefined) refusedOp(odd);
    refuseTypes(network, backend.description.engine);
    const lowering = new Lowering(network, backend.rules, batch);
    const { shapes } = lowering.plan;
    refuseTooLarge(network, shapes, batch, backend.largestTensorBytes);
    this.title = sizeOf(network, shapes, batch);
    const kernels = new Map(lowering.kernels().map((kernel) => [kernel.name, kernel]));
    const fusedInto = new Set([...kernels.values()].flatMap(({ layers }) => layers.slice(1)));
    const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
    const steps: Step[] = [];
    for (const layer of network.layers) {
      const shape = lowering.plan.shapes.get(layer.name) as Shape;
      if (layer.kind === 'input') {
        const dims: [number, number, number, number] = [batch, layer.height, layer.width, layer.channels];
        const values = seededNormals(
          layer.name,
          dims.reduce((a, b) => a * b),
          INPUT_SEED,
        );
        this.inputs.set(layer.name, tf.tensor(values, dims));
        this.inputShapes.set(layer.name, dims);
        continue;
      }
      if (fusedInto.has(layer.name)) continue;
      const kernel = kernels.get(layer.name) ?? null;
      const last = byName.get(kernel?.layers.at(-1) ?? layer.name) as Layer;
      const fused = last !== layer && last.kind === 'activation' ? last.activation : null;
      steps.push({ layer, kernel, fused, output: last.name, shape });
    }
    this.steps = steps;
    for (const { name, shape } of weightShapes(network)) {
      const at = name.lastIndexOf('/');
      const parts = this.weights.get(name.slice(0, at)) ?? {};
      parts[name.slice(at + 1)] = tf.tensor(weights.get(name) as Float32Array, [...shape]);
      this.weights.set(name.slice(0, at), parts);
    }
  }

  private execute(inputs: ReadonlyMap<string, tfTypes.Tensor>, clock?: KernelClock): tfTypes.Tensor[] {
    const { tf } = this.backend;
    return tf.tidy(() => {
      const tensors = new Map(inputs);
      for (const { layer, kernel, fused, output, shape } of this.steps) {
        const read = layer.inputs.map((name) => tensors.get(name) as tfTypes.Tensor);
        const weights: LayerWeights = this.weights.get(layer.name) ?? {};
        const compute = () => executeLayer(tf, layer, read, weights, shape, fused);
        tensors.set(output, clock === undefined ? compute() : clock.time(kernel, compute));
      }
      return this.network.outputs.map((name) => tensors.get(name) as tfTypes.Tensor);
    });
  }

  run(): Promise<number> {
    return this.backend.settled(this.title, async () => {
      const start = process.hrtime.bigint();
      const outputs = this.execute(this.inputs);
      // Read back together: each waits for the device.
      await Promise.all(outputs.map((output) => output.data()));
      const durationUs = Number(process.hrtime.bigint() - start) / 1e3;
      for (const output of outputs) output.dispose();
      return durationUs;
    });
  }

  profiledRun(): Promise<KernelTiming[]> {
    return this.backend.settled(this.title, async () => {
      const clock = this.backend.kernelClock();
      const outputs = this.execute(this.inputs, clock);
      const timings = await clock.timings();
      for (const output of outputs) output.dispose();
      return timings;
    });
  }

  infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
    return this.backend.settled(this.title, () => this.computed(inputs));
  }

  private async computed(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
    const { tf } = this.backend;
    const fed = new Map<string, tfTypes.Tensor>();
    for (const [name, values] of inputs)
      fed.set(name, tf.tensor(values, this.inputShapes.get(name) as number[]));
    const outputs = this.execute(fed);
    const results = new Map<string, Float32Array>();
    for (const [index, name] of this.network.outputs.entries()) {
      const output = outputs[index] as tfTypes.Tensor;
      results.set(name, (await output.data()) as Float32Array);
      output.dispose();
    }
    for (const tensor of fed.values()) tensor.dispose();
    return results;
  }

  async dispose(): Promise<void> {
    for (const parts of this.weights.values()) for (const tensor of Object.values(parts)) tensor.dispose();
    for (const tensor of this.inputs.values()) tensor.dispose();
    this.weights.clear();
    this.inputs.clear();
  }
}

/** The engine contract over any tfjs backend. */
export class TfjsEngine implements Engine {
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  private readonly backend: TfjsBackend;

  constructor(backend: TfjsBackend) {
    this.backend = backend;
    this.description = backend.description;
    this.rules = backend.rules;
  }

  private async prepared(network: Network, options: LoadOptions): Promise<TfjsNetwork> {
    const { tf, backendName } = this.backend;
    // Engines of one process share tfjs's global state.
    if (tf.getBackend() !== backendName) await tf.setBackend(backendName);
    return new TfjsNetwork(this.backend, deployedNetwork(network), options);
  }

  load(network: Network, options: LoadOptions): Promise<LoadedNetwork> {
    return this.prepared(network, options);
  }

  async loadProfiled(network: Network, options: LoadOptions): Promise<ProfiledNetwork> {
    const loaded = await this.prepared(network, options);
    const runs: KernelTiming[][] = [];
    return {
      async run() {
        runs.push(await loaded.profiledRun());
      },
      async finish() {
        await loaded.dispose();
        return runs;
      },
    };
  }

  close(): Promise<void> {
    return this.backend.close();
  }
}

import type * as tfTypes from '@tensorflow/tfjs';
import { deployedNetwork } from '../../network/deployed.ts';
import type { ActivationFunction, Layer } from '../../network/layer.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import type { Shape } from '../../network/shapes.ts';
import { seededNormals, weightShapes } from '../../network/weights.ts';
import type {
  Engine,
  EngineDescription,
  KernelTiming,
  LoadedNetwork,
  LoadOptions,
  ProfiledNetwork,
} from '../engine.ts';
import { executeLayer, type LayerWeights, type Tf } from './execute.ts';

const INPUT_SEED = 1;

/** What differs between the engines that run on tfjs. */
export interface TfjsBackend {
  readonly tf: Tf;
  /** Name of the backend within tfjs. */
  readonly backendName: string;
  readonly description: EngineDescription;
  /** Waits until everything enqueued is done; kernels of the CPU backends are done when they return. */
  finish(tensor: tfTypes.Tensor): void;
}

interface Step {
  readonly layer: Exclude<Layer, { kind: 'input' }>;
  readonly kernel: Kernel | null;
  readonly fused: ActivationFunction | null;
  /** Name of the tensor that it makes: its fused activation's, if there is one. */
  readonly output: string;
  readonly shape: Shape;
}

function microseconds(since: bigint): number {
  return Number(process.hrtime.bigint() - since) / 1e3;
}

/** A network on a tfjs backend, run kernel by kernel as {@link Lowering} says. */
class TfjsNetwork implements LoadedNetwork {
  private readonly backend: TfjsBackend;
  private readonly network: Network;
  private readonly steps: readonly Step[];
  private readonly weights = new Map<string, Record<string, tfTypes.Tensor>>();
  private readonly inputs = new Map<string, tfTypes.Tensor>();
  private readonly inputShapes = new Map<string, [number, number, number, number]>();

  constructor(backend: TfjsBackend, network: Network, { batch, weights }: LoadOptions) {
    this.backend = backend;
    this.network = network;
    const { tf } = backend;
    const lowering = new Lowering(network, TFJS_RULES, batch);
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

  /** @param onKernel called after each kernel with its time */
  private execute(
    inputs: ReadonlyMap<string, tfTypes.Tensor>,
    onKernel?: (kernel: Kernel, durationUs: number) => void,
  ): tfTypes.Tensor[] {
    const { tf } = this.backend;
    return tf.tidy(() => {
      const tensors = new Map(inputs);
      for (const { layer, kernel, fused, output, shape } of this.steps) {
        const read = layer.inputs.map((name) => tensors.get(name) as tfTypes.Tensor);
        const weights: LayerWeights = this.weights.get(layer.name) ?? {};
        const start = process.hrtime.bigint();
        const result = executeLayer(tf, layer, read, weights, shape, fused);
        if (onKernel !== undefined && kernel !== null) {
          this.backend.finish(result);
          onKernel(kernel, microseconds(start));
        }
        tensors.set(output, result);
      }
      return this.network.outputs.map((name) => tensors.get(name) as tfTypes.Tensor);
    });
  }

  async run(): Promise<number> {
    const start = process.hrtime.bigint();
    const outputs = this.execute(this.inputs);
    for (const output of outputs) output.dataSync();
    const durationUs = microseconds(start);
    for (const output of outputs) output.dispose();
    return durationUs;
  }

  profiledRun(): KernelTiming[] {
    const timings: KernelTiming[] = [];
    const outputs = this.execute(this.inputs, (kernel, durationUs) => timings.push({ kernel, durationUs }));
    for (const output of outputs) output.dispose();
    return timings;
  }

  async infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
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
  readonly rules = TFJS_RULES;
  private readonly backend: TfjsBackend;

  constructor(backend: TfjsBackend) {
    this.backend = backend;
    this.description = backend.description;
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
        runs.push(loaded.profiledRun());
      },
      async finish() {
        await loaded.dispose();
        return runs;
      },
    };
  }

  async close(): Promise<void> {}
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { deployedNetwork } from '../../network/deployed.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { inferShapes, type Shape } from '../../network/shapes.ts';
import { UserError } from '../../network/user-error.ts';
import { seededNormals } from '../../network/weights.ts';
import {
  type Availability,
  describedAdapter,
  type Engine,
  type EngineAdapter,
  type EngineDescription,
  type LoadedNetwork,
  type LoadOptions,
  type ProfiledNetwork,
} from '../engine.ts';
import { processorName } from '../machine.ts';
import { detectChannelBlock } from './channel-block.ts';
import { nchwFromNhwc, nhwcFromNchw } from './data-layout.ts';
import { matchKernels } from './match-kernels.ts';
import { importOnnxruntime, type OrtModule } from './ort-module.ts';
import { takeProfile } from './profile-events.ts';

const REMEDY = 'npm install onnxruntime-node --ignore-scripts';
const INPUT_SEED = 1;

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
}

function randomFeeds(ort: OrtModule, network: Network, batch: number): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const layer of network.layers) {
    if (layer.kind !== 'input') continue;
    const values = seededNormals(layer.name, batch * layer.height * layer.width * layer.channels, INPUT_SEED);
    feeds[layer.name] = new ort.Tensor('float32', values, [batch, layer.channels, layer.height, layer.width]);
  }
  return feeds;
}

class OnnxruntimeNetwork implements LoadedNetwork {
  private readonly ort: OrtModule;
  private readonly session: InferenceSession;
  private readonly network: Network;
  private readonly batch: number;
  private readonly feeds: Record<string, Tensor>;

  constructor(ort: OrtModule, session: InferenceSession, network: Network, batch: number) {
    this.ort = ort;
    this.session = session;
    this.network = network;
    this.batch = batch;
    this.feeds = randomFeeds(ort, network, batch);
  }

  async run(): Promise<number> {
    const start = process.hrtime.bigint();
    await this.session.run(this.feeds);
    return Number(process.hrtime.bigint() - start) / 1e3;
  }

  async infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
    const shapes = inferShapes(this.network);
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of inputs) {
      const shape = shapes.get(name) as Shape;
      const dims = [this.batch, shape.channels, shape.height, shape.width];
      feeds[name] = new this.ort.Tensor('float32', nchwFromNhwc(values, this.batch, shape), dims);
    }
    const results = await this.session.run(feeds);
    const outputs = new Map<string, Float32Array>();
    for (const name of this.network.outputs) {
      const shape = shapes.get(name) as Shape;
      outputs.set(name, nhwcFromNchw(results[name]?.data as Float32Array, this.batch, shape));
    }
    return outputs;
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

/** ONNX Runtime's CPU provider; the network goes in as ONNX bytes, never through a file. */
class OnnxruntimeEngine implements Engine {
  readonly description: EngineDescription;
  readonly rules;
  private readonly ort: OrtModule;
  private readonly directory: string;

  constructor(
    ort: OrtModule,
    description: EngineDescription,
    channelBlock: number | null,
    directory: string,
  ) {
    this.ort = ort;
    this.description = description;
    this.rules = onnxruntimeRules(channelBlock);
    this.directory = directory;
  }

  private model(network: Network, options: LoadOptions): { deployed: Network; bytes: Uint8Array } {
    const deployed = deployedNetwork(network);
    return { deployed, bytes: writeOnnx(deployed, options.weights, options.batch) };
  }

  async load(network: Network, options: LoadOptions): Promise<LoadedNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const session = await this.ort.InferenceSession.create(bytes, sessionOptions(this.description.threads));
    return new OnnxruntimeNetwork(this.ort, session, deployed, options.batch);
  }

  async loadProfiled(network: Network, options: LoadOptions): Promise<ProfiledNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const prefix = `profile-${randomUUID()}`;
    const session = await this.ort.InferenceSession.create(bytes, {
      ...sessionOptions(this.description.threads),
      enableProfiling: true,
      profileFilePrefix: join(this.directory, prefix),
    });
    const loaded = new OnnxruntimeNetwork(this.ort, session, deployed, options.batch);
    const { directory, rules } = this;
    return {
      async run() {
        await loaded.run();
      },
      async finish() {
        session.endProfiling();
        await loaded.dispose();
        const runs = await takeProfile(directory, prefix);
        const kernels = new Lowering(deployed, rules, options.batch).kernels();
        return runs.map((events) => {
          const indices = matchKernels(kernels, events);
          return kernels.map((kernel, i) => ({
            kernel,
            durationUs: events[indices[i] as number]?.durationUs as number,
          }));
        });
      },
    };
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function describe(ort: OrtModule, threads: number, rules: string): Promise<EngineDescription> {
  return {
    engine: 'onnxruntime',
    version: ort.env.versions.node ?? ort.env.versions.common,
    hardware: 'cpu',
    adapter: await processorName(),
    provider: 'CPUExecutionProvider',
    threads,
    clock: 'wall',
    rules,
  };
}

export const onnxruntimeAdapter: EngineAdapter = {
  name: 'onnxruntime',
  trains: false,

  async availability(): Promise<Availability> {
    try {
      const ort = await importOnnxruntime();
      const description = await describe(ort, 1, 'onnxruntime');
      return { available: true, description, adapters: [describedAdapter(description)], trains: false };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      return { available: false, reason, remedy: REMEDY, trains: false };
    }
  },

  async open({ threads }): Promise<Engine> {
    let ort: OrtModule;
    try {
      ort = await importOnnxruntime();
    } catch (error) {
      throw new UserError({
        got: `engine onnxruntime, which does not load (${error instanceof Error ? error.message.split('\n')[0] : error})`,
        expected: 'an installed onnxruntime-node',
        fix: `run ${REMEDY}`,
      });
    }
    const directory = await mkdtemp(join(tmpdir(), 'morphline-'));
    const block = await detectChannelBlock(ort, directory);
    const description = await describe(ort, threads, onnxruntimeRules(block).name);
    return new OnnxruntimeEngine(ort, description, block, directory);
  },
};

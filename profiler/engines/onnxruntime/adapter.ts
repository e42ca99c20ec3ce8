import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { deployedNetwork } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import {
  type LoweringRules,
  ONNXRUNTIME_WEBGPU_RULES,
  onnxruntimeRules,
} from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { inferShapes, type Shape } from '../../../network/shapes.ts';
import { seededNormals } from '../../../network/weights.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import type {
  AdapterDescription,
  Availability,
  Engine,
  EngineAdapter,
  LoadedNetwork,
  LoadOptions,
  ProfiledNetwork,
} from '../engine.ts';
import { detectChannelBlock } from './channel-block.ts';
import { nchwFromNhwc, nhwcFromNchw } from './data-layout.ts';
import { matchKernels } from './match-kernels.ts';
import { matchPrograms } from './match-programs.ts';
import { importOnnxruntime, type OrtModule } from './ort-module.ts';
import { takeProfile } from './profile-events.ts';
import {
  findProvider,
  PROVIDER_NAMES,
  type ProviderName,
  providerNamed,
  sessionOptions,
} from './providers.ts';
import { refuseFaultyConvolutions } from './webgpu-faults.ts';

const REMEDY = 'npm install onnxruntime-node --ignore-scripts';
const INPUT_SEED = 1;

/** Runs on a GPU one after another: ONNX Runtime's WebGPU provider crashes when two overlap. */
let lastRun: Promise<unknown> = Promise.resolve();

function alone<T>(run: () => Promise<T>): Promise<T> {
  const mine = lastRun.then(run);
  lastRun = mine.catch(() => undefined);
  return mine;
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

  run(): Promise<number> {
    return alone(async () => {
      const start = process.hrtime.bigint();
      await this.session.run(this.feeds);
      return Number(process.hrtime.bigint() - start) / 1e3;
    });
  }

  async infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>> {
    const shapes = inferShapes(this.network);
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of inputs) {
      const shape = shapes.get(name) as Shape;
      const dims = [this.batch, shape.channels, shape.height, shape.width];
      feeds[name] = new this.ort.Tensor('float32', nchwFromNhwc(values, this.batch, shape), dims);
    }
    const results = await alone(() => this.session.run(feeds));
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

/** One provider of ONNX Runtime; the network goes in as ONNX bytes, never through a file. */
class OnnxruntimeEngine implements Engine {
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  private readonly ort: OrtModule;
  private readonly provider: ProviderName;
  private readonly directory: string;

  constructor(
    ort: OrtModule,
    provider: ProviderName,
    description: EngineDescription,
    rules: LoweringRules,
    directory: string,
  ) {
    this.ort = ort;
    this.provider = provider;
    this.description = description;
    this.rules = rules;
    this.directory = directory;
  }

  private session(
    bytes: Uint8Array,
    options: InferenceSession.SessionOptions = {},
  ): Promise<InferenceSession> {
    const own = sessionOptions(this.provider, this.description.threads);
    return alone(() => this.ort.InferenceSession.create(bytes, { ...own, ...options }));
  }

  private model(network: Network, options: LoadOptions): { deployed: Network; bytes: Uint8Array } {
    const deployed = deployedNetwork(network);
    if (this.provider === 'webgpu') refuseFaultyConvolutions(deployed);
    return { deployed, bytes: writeOnnx(deployed, options.weights, options.batch) };
  }

  async load(network: Network, options: LoadOptions): Promise<LoadedNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const session = await this.session(bytes);
    return new OnnxruntimeNetwork(this.ort, session, deployed, options.batch);
  }

  async loadProfiled(network: Network, options: LoadOptions): Promise<ProfiledNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const prefix = `profile-${randomUUID()}`;
    if (this.provider === 'cuda') {
      throw new UserError({
        got: 'the times of single kernels asked of onnxruntime:cuda',
        expected: 'whole networks: its profile has the times of launches, not of kernels',
        fix: 'calibrate with another engine, such as webgpu on the same GPU',
      });
    }
    const session = await this.session(bytes, {
      enableProfiling: true,
      profileFilePrefix: join(this.directory, prefix),
    });
    const loaded = new OnnxruntimeNetwork(this.ort, session, deployed, options.batch);
    const { directory, rules, provider } = this;
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
          const durationsUs =
            provider === 'webgpu'
              ? matchPrograms(kernels, events)
              : Array.from(matchKernels(kernels, events.kernels), (at) => events.kernels[at]?.durationUs);
          return kernels.map((kernel, i) => ({ kernel, durationUs: durationsUs[i] as number }));
        });
      },
    };
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

function describe(
  ort: OrtModule,
  { name, kind, driver }: AdapterDescription,
  threads: number,
  rules: LoweringRules,
): EngineDescription {
  return {
    engine: 'onnxruntime',
    version: ort.env.versions.node ?? ort.env.versions.common,
    hardware: kind,
    adapter: name,
    provider: driver,
    threads,
    clock: rules === ONNXRUNTIME_WEBGPU_RULES ? 'gpu-timestamp' : 'wall',
    rules: rules.name,
  };
}

export const onnxruntimeAdapter: EngineAdapter = {
  name: 'onnxruntime',
  trains: false,

  async availability(): Promise<Availability> {
    try {
      const ort = await importOnnxruntime();
      const adapters: AdapterDescription[] = [];
      for (const provider of PROVIDER_NAMES) {
        const found = await findProvider(provider);
        if (found.available) adapters.push(...found.adapters);
      }
      const description = describe(ort, adapters[0] as AdapterDescription, 1, onnxruntimeRules(null));
      return { available: true, description, adapters, trains: false };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      return { available: false, reason, remedy: REMEDY, trains: false };
    }
  },

  async open({ threads, provider: wanted = 'cpu' }): Promise<Engine> {
    const provider = providerNamed(wanted);
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
    const found = await findProvider(provider);
    if (!found.available) {
      throw new UserError({
        got: `engine onnxruntime:${provider}: ${found.reason}`,
        expected: 'what the provider needs',
        fix: found.remedy,
      });
    }
    const directory = await mkdtemp(join(tmpdir(), 'morphline-'));
    const rules = await rulesOf(ort, provider, directory);
    const description = describe(ort, found.adapters[0], threads, rules);
    return new OnnxruntimeEngine(ort, provider, description, rules, directory);
  },
};

async function rulesOf(ort: OrtModule, provider: ProviderName, directory: string): Promise<LoweringRules> {
  switch (provider) {
    case 'cpu':
      return onnxruntimeRules(await detectChannelBlock(ort, directory));
    case 'webgpu':
      return ONNXRUNTIME_WEBGPU_RULES;
    case 'cuda':
      return onnxruntimeRules(null);
    default:
      return provider satisfies never;
  }
}

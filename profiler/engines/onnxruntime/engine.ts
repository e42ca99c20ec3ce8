// The engine contract over one provider of ONNX Runtime, whose profiles are matched with the kernels that lowering predicts.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { FileBytes } from '../../../network/byte-source.ts';
import { deployedNetwork } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import type { LoweringRules } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { decodeModel } from '../../../network/onnx/model.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { refuseTypes } from '../../../network/refuse-types.ts';
import { ScratchMemory } from '../../../network/scratch-memory.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import type {
  Engine,
  FileOptions,
  LoadedNetwork,
  LoadOptions,
  ProfiledNetwork,
  TimedNetwork,
} from '../engine.ts';
import { FileNetwork } from './file-network.ts';
import { FileMatcher } from './match-file.ts';
import { kernelTimings } from './match-kernels.ts';
import { programTimings } from './match-programs.ts';
import { alone, OnnxruntimeNetwork } from './network.ts';
import type { OrtModule } from './ort-module.ts';
import { takeProfile } from './profile-events.ts';
import type { ProviderName } from './provider-names.ts';
import { sessionOptions } from './providers.ts';
import { refuseFaultyConvolutions } from './webgpu-faults.ts';

function refusedKernels(provider: ProviderName): UserError {
  return new UserError({
    got: `the times of single kernels asked of onnxruntime:${provider}`,
    expected: 'whole networks: its profile has the times of launches, not of kernels',
    fix: 'calibrate with another engine, such as webgpu on the same GPU',
  });
}

/** One provider of ONNX Runtime; the network goes in as ONNX bytes, never through a file. */
export class OnnxruntimeEngine implements Engine {
  readonly description: EngineDescription;
  readonly copiesWeights = true;
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

  /** The model that was made last: a network is loaded once to run and once to be recorded. */
  private latest:
    | (LoadOptions & { readonly network: Network; readonly deployed: Network; readonly bytes: Uint8Array })
    | undefined;

  private readonly scratch = new ScratchMemory();

  private session(
    bytes: Uint8Array,
    options: InferenceSession.SessionOptions = {},
  ): Promise<InferenceSession> {
    const own = sessionOptions(this.provider, this.description.threads);
    return alone(() => this.ort.InferenceSession.create(bytes, { ...own, ...options }));
  }

  private model(network: Network, options: LoadOptions): { deployed: Network; bytes: Uint8Array } {
    const { weights, batch } = options;
    const known = this.latest;
    if (known?.network === network && known.weights === weights && known.batch === batch) return known;
    const deployed = deployedNetwork(network);
    if (this.provider === 'webgpu') refuseFaultyConvolutions(deployed);
    if (this.provider !== 'cpu') refuseTypes(deployed, `onnxruntime:${this.provider}`);
    // A session copies what it is made of.
    this.scratch.reset();
    const bytes = writeOnnx(deployed, weights, batch, this.scratch);
    this.latest = { network, weights, batch, deployed, bytes };
    return this.latest;
  }

  async load(network: Network, options: LoadOptions): Promise<LoadedNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const session = await this.session(bytes);
    return new OnnxruntimeNetwork(this.ort, session, deployed, options.batch);
  }

  async loadProfiled(network: Network, options: LoadOptions): Promise<ProfiledNetwork> {
    const { deployed, bytes } = this.model(network, options);
    const prefix = `profile-${randomUUID()}`;
    if (this.provider === 'cuda') throw refusedKernels(this.provider);
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
        return runs.map((events) =>
          provider === 'webgpu' ? programTimings(kernels, events) : kernelTimings(kernels, events.kernels),
        );
      },
    };
  }

  async loadFile(options: FileOptions): Promise<TimedNetwork> {
    return new FileNetwork(this.ort, await this.fileSession(options.path), options);
  }

  async loadFileProfiled(options: FileOptions): Promise<ProfiledNetwork> {
    if (this.provider !== 'cpu') throw refusedKernels(this.provider);
    const { directory, rules } = this;
    const prefix = `profile-${randomUUID()}`;
    const profiling = { enableProfiling: true, profileFilePrefix: join(directory, prefix) };
    const session = await this.fileSession(options.path, profiling);
    const loaded = new FileNetwork(this.ort, session, options);
    return {
      async run() {
        await loaded.run();
      },
      async finish() {
        session.endProfiling();
        await loaded.dispose();
        const runs = await takeProfile(directory, prefix);
        const { nodes } = decodeModel(new FileBytes(options.path), options.path);
        const matcher = new FileMatcher(options.network, nodes, rules, options.batch);
        return runs.map(({ kernels }) => matcher.timings(kernels));
      },
    };
  }

  /** @throws UserError with what ONNX Runtime has against the file */
  private async fileSession(
    path: string,
    options: InferenceSession.SessionOptions = {},
  ): Promise<InferenceSession> {
    const own = sessionOptions(this.provider, this.description.threads);
    try {
      return await alone(() => this.ort.InferenceSession.create(path, { ...own, ...options }));
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new UserError({
        got: `${path}, which ONNX Runtime does not load (${reason})`,
        expected: 'a model that it runs',
        fix: 'export it again, or give --deployed to time the network as we rewrite it',
      });
    }
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

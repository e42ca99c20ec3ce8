// The WebGPU backend of tfjs over Dawn: one of it per process, shared by all who open it.
import { createRequire } from 'node:module';
import { type LoweringRules, webgpuRules } from '../../../network/lowering/rules.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import type { Availability, Engine, TrainingEngine } from '../engine.ts';
import { describeAdapter, searchGpu } from '../gpu-search.ts';
import { TfjsEngine } from '../tfjs/engine.ts';
import type { Tf } from '../tfjs/execute.ts';
import { WatchedDevice } from './device.ts';
import { ProgramRecorder } from './gpu-timestamps.ts';
import { registerWebgpuGradients } from './gradients.ts';
import { TimestampKernelClock } from './timestamp-kernel-clock.ts';

type WebgpuModule = typeof import('@tensorflow/tfjs-backend-webgpu');

const NAME = 'webgpu';
const PACKAGE = '@tensorflow/tfjs-backend-webgpu';

function packageVersion(): string {
  const { version } = createRequire(import.meta.url)(`${PACKAGE}/package.json`) as { version: string };
  return `${PACKAGE} ${version}`;
}

/** As tfjs-backend-webgpu 4.22 sets its `thresholdToIncreaseWorkgroups` (adapter_info.js). */
function rulesOf({ vendor, architecture }: GPUAdapterInfo): LoweringRules {
  const generation = architecture.startsWith('xe') ? 12 : Number(/^gen\D*(\d+)/.exec(architecture)?.[1] ?? 0);
  return webgpuRules(vendor === 'intel' && generation >= 12 ? 16 : 8);
}

function describe(info: GPUAdapterInfo): EngineDescription {
  const adapter = describeAdapter(info);
  return {
    engine: NAME,
    choice: NAME,
    version: packageVersion(),
    hardware: adapter.kind,
    adapter: adapter.name,
    provider: adapter.driver,
    threads: 1,
    clock: 'gpu-timestamp',
    rules: rulesOf(info).name,
  };
}

/** The backend of this process; tfjs has one of each name. */
interface OpenBackend {
  readonly tf: Tf;
  readonly watched: WatchedDevice;
  readonly recorder: ProgramRecorder;
  readonly rules: LoweringRules;
  readonly description: EngineDescription;
}

let opened: Promise<OpenBackend> | undefined;
let users = 0;

/** `navigator.gpu`, which tfjs-backend-webgpu looks for when it starts; null takes it away. */
function provideGpu(gpu: GPU | null): void {
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  }
  if (gpu === null) delete (globalThis.navigator as { gpu?: GPU }).gpu;
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

async function start(): Promise<OpenBackend> {
  const search = await searchGpu();
  if (!search.found) {
    throw new UserError({
      got: `engine webgpu: ${search.reason}`,
      expected: 'a GPU that Dawn can use',
      fix: search.remedy,
    });
  }
  provideGpu(search.gpu);
  const tf = await import('@tensorflow/tfjs');
  const specifier = PACKAGE;
  const { WebGPUBackend } = (await import(specifier)) as WebgpuModule;
  // Small tensors would be computed on the CPU, in 0 µs of GPU time.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const watched = await WatchedDevice.open(search.gpu);
  const backend = new WebGPUBackend(watched.device as never, watched.info as never);
  // Importing the package registered its own, not yet started.
  if (tf.findBackendFactory(NAME) !== null) tf.removeBackend(NAME);
  tf.registerBackend(NAME, () => backend);
  const { info } = watched;
  return {
    tf,
    watched,
    recorder: new ProgramRecorder(backend),
    rules: rulesOf(info),
    description: describe(info),
  };
}

/** Starts the backend, or shares the one that runs; each call is ended by one of {@link release}. */
async function acquire(): Promise<OpenBackend> {
  users++;
  try {
    opened ??= start();
    const open = await opened;
    await open.tf.setBackend(NAME);
    await open.tf.ready();
    return open;
  } catch (error) {
    users--;
    opened = undefined;
    throw error;
  }
}

/** Without a user left, takes down everything that would keep the process alive. */
async function release(): Promise<void> {
  if (--users > 0 || opened === undefined) return;
  const { tf, watched, recorder } = await opened;
  opened = undefined;
  recorder.dispose();
  tf.removeBackend(NAME);
  watched.device.destroy();
  provideGpu(null);
}

export async function findWebgpu(): Promise<Availability> {
  const search = await searchGpu();
  if (!search.found) return { available: false, reason: search.reason, remedy: search.remedy };
  return { available: true, description: describe(search.info), adapters: search.adapters };
}

export async function openWebgpu(): Promise<Engine> {
  const { tf, watched, recorder, rules, description } = await acquire();
  return new TfjsEngine({
    tf,
    backendName: NAME,
    description,
    rules,
    kernelClock() {
      if (watched.hasTimestamps) return new TimestampKernelClock(recorder);
      throw new UserError({
        got: `GPU ${description.adapter}, which takes no time stamps`,
        expected: 'a GPU and driver with the feature timestamp-query, to time kernels',
        fix: 'update the driver, or measure with another engine',
      });
    },
    largestTensorBytes: watched.largestTensorBytes,
    settled: (what, work) => watched.settled(what, work),
    close: release,
  });
}

export async function openWebgpuTraining(): Promise<TrainingEngine> {
  const { tf, description } = await acquire();
  registerWebgpuGradients(tf);
  return { tf, description, close: release };
}

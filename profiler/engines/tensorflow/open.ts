// tfjs on libtensorflow, looked for and opened: loaded once per process, with the threads of the first who asks.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type * as tfTypes from '@tensorflow/tfjs';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import { describeMachine, processorName } from '../../machine.ts';
import { type Availability, describedAdapter, type Engine, type TrainingEngine } from '../engine.ts';
import { ON_CPU, TfjsEngine } from '../tfjs/engine.ts';
import type { Tf } from '../tfjs/execute.ts';
import { WallKernelClock } from '../tfjs/kernel-clock.ts';
import { whyMissing } from '../why-missing.ts';
import { registerTensorflowGradients } from './gradients.ts';
import type { NodeBackend } from './node-backend.ts';
import { TENSORFLOW_PACKAGE_REMEDY, tensorflowPackages } from './package.ts';

const NAME = 'tensorflow';
const INSTALL = 'morphline engines --install tensorflow';

type Located =
  | { readonly found: true; readonly name: string; readonly version: string }
  | { readonly found: false; readonly reason: string; readonly remedy: string };

function locate(): Located {
  const packages = tensorflowPackages();
  const usable = packages.find(({ hasAddon }) => hasAddon);
  if (usable !== undefined) return { found: true, name: usable.name, version: usable.version };
  const [bare] = packages;
  return bare === undefined
    ? {
        found: false,
        reason: 'no package with TensorFlow is installed',
        remedy: `${TENSORFLOW_PACKAGE_REMEDY} && ${INSTALL}`,
      }
    : { found: false, reason: `${bare.name} is installed without its native library`, remedy: INSTALL };
}

let imported: Promise<Tf> | undefined;

async function importTensorflow(name: string, threads: number): Promise<Tf> {
  // Read by libtensorflow when it starts: once per process.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  process.env.OMP_NUM_THREADS ??= String(threads);
  // tfjs-node still calls these; Node 23 removed them.
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const module = (await import(name)) as Tf & { default?: Tf };
  return module.default ?? module;
}

async function start(threads: number): Promise<{ tf: Tf; description: EngineDescription }> {
  const located = locate();
  if (!located.found) {
    throw new UserError({
      got: `engine tensorflow: ${located.reason}`,
      expected: 'its native library',
      fix: `run ${located.remedy}`,
    });
  }
  imported ??= importTensorflow(located.name, threads);
  const tf = await imported;
  await tf.setBackend(NAME);
  await tf.ready();
  const backend = tf.backend() as unknown as NodeBackend;
  // A missing CUDA library makes TensorFlow fall to the CPU with only a warning.
  const gpu = backend.isUsingGpuDevice;
  const { gpus } = await describeMachine();
  const description: EngineDescription = {
    engine: NAME,
    choice: NAME,
    version: `${located.name} ${located.version}`,
    hardware: gpu ? 'gpu' : 'cpu',
    adapter: gpu ? (gpus[0]?.model ?? 'CUDA GPU') : await processorName(),
    provider: `libtensorflow ${backend.binding.TF_Version}${gpu ? ' (CUDA)' : ' (CPU)'}`,
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS),
    clock: 'wall',
    rules: ON_CPU.rules.name,
  };
  return { tf, description };
}

/** On CUDA kernels return when enqueued: reading one value back waits for them. */
function readBack(tf: Tf, tensor: tfTypes.Tensor): void {
  tf.tidy(() => tf.slice(tf.reshape(tensor, [-1]), 0, 1).dataSync());
}

export async function findTensorflow(threads = availableParallelism()): Promise<Availability> {
  const located = locate();
  if (!located.found) return { available: false, reason: located.reason, remedy: located.remedy };
  try {
    const { description } = await start(threads);
    return { available: true, description, adapters: [describedAdapter(description)] };
  } catch (error) {
    return { available: false, reason: whyMissing(error), remedy: INSTALL };
  }
}

export async function openTensorflow(threads: number): Promise<Engine> {
  const { tf, description } = await start(threads);
  const finish =
    description.hardware === 'gpu' ? (tensor: tfTypes.Tensor) => readBack(tf, tensor) : () => undefined;
  const kernelClock = () => new WallKernelClock(finish);
  return new TfjsEngine({ ...ON_CPU, tf, backendName: NAME, description, kernelClock });
}

/** The backend with quicker gradients, and TensorFlow's own kernels of batch normalization. */
export async function openTensorflowTraining(threads = availableParallelism()): Promise<TrainingEngine> {
  const opened = await start(threads);
  registerTensorflowGradients(opened.tf);
  return { ...opened, close: async () => undefined };
}

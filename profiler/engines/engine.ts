// What an engine promises, and how it is found: the contract that every folder here fulfils.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Kernel } from '../../network/lowering/kernel.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import type { EngineDescription, HardwareKind } from '../../records/engine-description.ts';

/** A processor that an engine can run on. */
export interface AdapterDescription {
  /** The processor's own name. */
  readonly name: string;
  readonly kind: HardwareKind;
  /** Driver, execution provider or native library. */
  readonly driver: string;
}

/** Whether an engine can run here; if not, why, and the command that brings it. */
export type Availability =
  | {
      readonly available: true;
      readonly description: EngineDescription;
      /** All that it can run on; the one it takes by default, which is the one described, first. */
      readonly adapters: readonly AdapterDescription[];
    }
  | { readonly available: false; readonly reason: string; readonly remedy: string };

/** A kernel that an engine ran though its lowering rules do not foresee it, as the engine itself calls it. */
export interface UnforeseenKernel {
  readonly name: string;
  /** The engine's word for what it computes. */
  readonly op: string;
  readonly isUnforeseen: true;
}

/** A thread that computed parts of a kernel beside the one that ran it. */
export interface WorkerShare {
  /** The engine's own name of it. */
  readonly thread: string;
  readonly parts: number;
}

/** When a kernel ran and on what, where the engine tells. */
export interface KernelPlace {
  /** Since the engine began the inference. */
  readonly startUs?: number;
  readonly workers?: readonly WorkerShare[];
}

/** One kernel's time in one inference, in its real cache state. */
export interface KernelTiming extends KernelPlace {
  readonly kernel: Kernel | UnforeseenKernel;
  readonly durationUs: number;
}

/** With what a network is loaded: examples per inference, and weights as `seededWeights` lays them out. */
export interface LoadOptions {
  readonly batch: number;
  readonly weights: Weights;
}

/** Something ready to run. */
export interface TimedNetwork {
  /** One inference on fixed random inputs, finished when it resolves: its wall time in µs. */
  run(): Promise<number>;
  /** Frees it; it runs no more. */
  dispose(): Promise<void>;
}

/** A network ready to run. */
export interface LoadedNetwork extends TimedNetwork {
  /** One inference on these inputs (NHWC, float32, by input layer): the outputs (NHWC or [N, C]) by layer. */
  infer(inputs: ReadonlyMap<string, Float32Array>): Promise<Map<string, Float32Array>>;
}

/** A model file to run as it is, its own graph in the engine, and the network that was read of it. */
export interface FileOptions {
  readonly path: string;
  readonly network: Network;
  readonly batch: number;
}

/** A network ready to run with the time of each kernel recorded. */
export interface ProfiledNetwork {
  /** One recorded inference. */
  run(): Promise<void>;
  /**
   * Ends the recording and frees the network.
   * @returns per run, every kernel that ran: first those that `lower` makes of the network, in its order, but for what the
   * engine fused otherwise; then those that it does not foresee
   */
  finish(): Promise<KernelTiming[][]>;
}

/**
 * An engine: what executes kernels. A measurement never falls back silently: an engine runs what it describes, or it
 * throws.
 */
export interface Engine {
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  /** Whether it has copied the weights once a load resolves, so that their arrays may be written over. */
  readonly copiesWeights?: boolean;
  /** Loads the deployed form of the network (batch norms folded by the caller). */
  load(network: Network, options: LoadOptions): Promise<LoadedNetwork>;
  /** Like {@link load}, recording the time of every kernel in situ. */
  loadProfiled(network: Network, options: LoadOptions): Promise<ProfiledNetwork>;
  /** Loads a file as it is; of engines whose adapters say so (`EngineAdapter.runsFiles`). */
  loadFile?(options: FileOptions): Promise<TimedNetwork>;
  /** Like {@link loadFile}, recording every kernel: those that `lower` makes of the network where they are the same. */
  loadFileProfiled?(options: FileOptions): Promise<ProfiledNetwork>;
  /** Lets go of its device; networks that it has loaded run no more. */
  close(): Promise<void>;
}

/** A tfjs namespace whose current backend can train, with what it runs on. */
export interface TrainingEngine {
  readonly tf: typeof tfTypes;
  readonly description: EngineDescription;
  /** Lets go of the device; a process with a GPU open does not end by itself. */
  close(): Promise<void>;
}

/** The one adapter of an engine that runs on what it describes. */
export function describedAdapter({ adapter, hardware, provider }: EngineDescription): AdapterDescription {
  return { name: adapter, kind: hardware, driver: provider };
}

/**
 * Brings native parts that npm does not.
 * @param report takes lines of progress
 * @returns what is there now
 * @throws UserError for what is missing
 */
export type Installer = (report: (line: string) => void) => Promise<string>;

/**
 * How an engine is found: one object per engine, in `registry.ts`. Help texts read it too, so it imports
 * no package of the engine before it is asked to look, to open or to install.
 */
export interface EngineAdapter {
  readonly name: string;
  /** npm packages that it runs on, as `--version` tells them. */
  readonly packages: readonly string[];
  /** What may follow the colon of `--engine name:provider`, the default first; without them there is nothing to choose. */
  readonly providers?: readonly string[];
  /** Hardware on which it is taken when nobody names an engine. Of several such engines, the first of the list. */
  readonly defaultOn?: {
    readonly measuring?: readonly HardwareKind[];
    readonly training?: readonly HardwareKind[];
  };
  /** Bytes for loaded networks, of an engine that its own address space limits before the machine's memory does. */
  readonly heapBytes?: number;
  /**
   * Hardware on which it tells times of kernels in whole microseconds. Small kernels are then timed by chains of them,
   * which it must compute in place, or a chain would not stay in a cache.
   */
  readonly wholeMicrosecondsOn?: readonly HardwareKind[];
  /** How the names of files end that it runs as they are. */
  readonly runsFiles?: RegExp;
  /** Whether it computes with whole numbers of 8 bits. */
  readonly quantizes?: boolean;
  /** By the name that `morphline engines --install` takes. */
  readonly installers?: Readonly<Record<string, Installer>>;
  /**
   * Looks, without measuring; never throws.
   * @param options `threads` to load a native library with, since some take their number once per process; `provider`
   * to look for that one alone
   */
  availability(options?: { threads?: number | undefined; provider?: string }): Promise<Availability>;
  /**
   * @param options `provider` for engines with several, their default otherwise
   * @throws UserError with the reason and the remedy where it is not available
   */
  open(options: { threads: number; provider?: string }): Promise<Engine>;
  /**
   * Opens a backend that computes right gradients of every layer, for engines that train. Its tensors may be readable by
   * `data()` alone.
   * @throws UserError with the reason and the remedy where it is not available
   */
  openTraining?(options?: { threads?: number | undefined }): Promise<TrainingEngine>;
}

/** An engine that trains. */
export type TrainingAdapter = EngineAdapter & Required<Pick<EngineAdapter, 'openTraining'>>;

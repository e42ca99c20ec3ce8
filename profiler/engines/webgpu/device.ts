import { UserError } from '../../../records/user-error.ts';
import type { AdapterDescription } from '../engine.ts';
import { prepareVulkan, useSoftwareVulkan, VULKAN_REMEDY } from '../vulkan.ts';

type Dawn = typeof import('webgpu');

/** Dawn rounds time stamps to 65.5 µs against fingerprinting. */
const DAWN_FLAGS = ['disable-dawn-features=timestamp_quantization'];

/** Drivers that compute on the CPU, as they name themselves; not every one says isFallbackAdapter. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|warp|basic render/i;

export type GpuSearch =
  | {
      readonly found: true;
      readonly gpu: GPU;
      /** Of the adapter that devices are made of, the first one. */
      readonly info: GPUAdapterInfo;
      readonly adapters: readonly AdapterDescription[];
    }
  | { readonly found: false; readonly reason: string; readonly remedy: string };

export function describeAdapter(info: GPUAdapterInfo): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  // Dawn writes "SwiftShader Device (Subzero)" as swiftshader-device-subzero-.
  const name = device.replace(/-device-.*|-+$/, '') || [vendor, architecture].filter(Boolean).join(' ');
  const software =
    info.isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' '));
  return { name: name || 'WebGPU adapter', kind: software ? 'software' : 'gpu', driver: description };
}

async function importDawn(): Promise<Dawn | null> {
  const specifier = 'webgpu';
  try {
    return (await import(specifier)) as Dawn;
  } catch {
    return null;
  }
}

/** The adapter that devices are made of comes first. */
async function adapterInfos(gpu: GPU): Promise<GPUAdapterInfo[]> {
  const infos: GPUAdapterInfo[] = [];
  for (const powerPreference of ['high-performance', 'low-power'] as const) {
    const info = (await gpu.requestAdapter({ powerPreference }))?.info;
    const known = infos.some((other) =>
      ['device', 'description'].every((key) => info?.[key as 'device'] === other[key as 'device']),
    );
    if (info !== undefined && !known) infos.push(info);
  }
  return infos;
}

let searched: Promise<GpuSearch> | undefined;

/** Looks for adapters, once per process: hardware first, else a software one. Never throws. */
export function searchGpu(): Promise<GpuSearch> {
  searched ??= search();
  return searched;
}

async function search(): Promise<GpuSearch> {
  const dawn = await importDawn();
  if (dawn === null) {
    return {
      found: false,
      reason: 'the package webgpu (Dawn) does not load',
      remedy: 'npm install webgpu',
    };
  }
  Object.assign(globalThis, dawn.globals);
  const look = async () => {
    const gpu = dawn.create(DAWN_FLAGS) as GPU;
    return { gpu, infos: await adapterInfos(gpu) };
  };
  const missing = prepareVulkan();
  let seen = missing === null ? await look() : null;
  if ((seen === null || seen.infos.length === 0) && useSoftwareVulkan()) seen = await look();
  const info = seen?.infos[0];
  if (seen === null || info === undefined) {
    return { found: false, reason: missing ?? 'no GPU adapter that Dawn accepts', remedy: VULKAN_REMEDY };
  }
  return { found: true, gpu: seen.gpu, info, adapters: seen.infos.map(describeAdapter) };
}

/** Limits that layers can run into: the adapter's own instead of WebGPU's defaults. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** A device, and what became of it. */
export class WatchedDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly info: GPUAdapterInfo;
  private readonly lost: Promise<never>;
  private failure: GPUError | undefined;

  private constructor(device: GPUDevice, info: GPUAdapterInfo) {
    this.device = device;
    this.info = info;
    this.adapter = describeAdapter(info);
    this.lost = device.lost.then(({ message }) => {
      throw new UserError({
        got: `GPU ${this.adapter.name} lost in the middle (${message.split('\n')[0] || 'no reason given'})`,
        expected: 'a GPU that stays',
        fix: 'what was measured is kept: run the same command again to resume, on a quieter GPU or with a smaller --batch',
      });
    });
    // Whoever waits for work hears of it; a loss when nobody does is none.
    this.lost.catch(() => undefined);
    device.addEventListener('uncapturederror', (event) => {
      // Or Dawn prints it.
      event.preventDefault();
      this.failure ??= (event as GPUUncapturedErrorEvent).error;
    });
  }

  /** @throws UserError if there is no adapter any more */
  static async open(gpu: GPU): Promise<WatchedDevice> {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) throw new UserError({ got: 'no GPU adapter', expected: 'one', fix: VULKAN_REMEDY });
    const requiredLimits: Record<string, number> = {};
    for (const limit of LIMITS) requiredLimits[limit] = adapter.limits[limit] as number;
    const requiredFeatures: GPUFeatureName[] = adapter.features.has('timestamp-query')
      ? ['timestamp-query']
      : [];
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return new WatchedDevice(device, adapter.info);
  }

  get hasTimestamps(): boolean {
    return this.device.features.has('timestamp-query');
  }

  /** Bytes of the largest tensor that a kernel can read or write. */
  get largestTensorBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    return Math.min(maxBufferSize, maxStorageBufferBindingSize);
  }

  /**
   * Waits for work on the device.
   * @param what names the work and its size, should memory not suffice
   * @throws UserError if the device is lost meanwhile or out of memory; Error if it refused a command, which WebGPU
   * tells only aside
   */
  async settled<T>(what: string, work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await Promise.race([work(), this.lost]);
    } catch (error) {
      // What fails because the device is gone fails first.
      await Promise.race([this.lost, new Promise((resolve) => setImmediate(resolve))]);
      this.throwFailure(what);
      throw error;
    }
    this.throwFailure(what);
    return result;
  }

  private throwFailure(what: string): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure === undefined) return;
    if (!(failure instanceof GPUOutOfMemoryError))
      throw new Error(`WebGPU refused a command: ${failure.message}`);
    throw new UserError({
      got: `${what}, for which the memory of ${this.adapter.name} does not suffice (${failure.message.split('\n')[0]})`,
      expected: 'a network that fits the device',
      fix: 'take a smaller batch or input, or an engine on the CPU',
    });
  }
}

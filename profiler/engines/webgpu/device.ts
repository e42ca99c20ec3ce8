// A WebGPU device, watched: what it lost, refused or had no memory for becomes an error of the work that waited.
import { UserError } from '../../../records/user-error.ts';
import type { AdapterDescription } from '../engine.ts';
import { describeAdapter } from '../gpu-search.ts';
import { VULKAN_REMEDY } from '../vulkan.ts';

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

// The search for GPUs by Dawn, once per process, for every engine that runs on WebGPU.
import type { AdapterDescription } from './engine.ts';
import { prepareVulkan, useSoftwareVulkan, VULKAN_REMEDY } from './vulkan.ts';

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

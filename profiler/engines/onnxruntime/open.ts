// ONNX Runtime, looked for and opened on one of its providers.
import {
  type LoweringRules,
  ONNXRUNTIME_WEBGPU_RULES,
  onnxruntimeRules,
} from '../../../network/lowering/rules.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import type { AdapterDescription, Availability, Engine } from '../engine.ts';
import { whyMissing } from '../why-missing.ts';
import { detectChannelBlock } from './channel-block.ts';
import { OnnxruntimeEngine } from './engine.ts';
import { importOnnxruntime, type OrtModule } from './ort-module.ts';
import { DEFAULT_PROVIDER, PROVIDER_NAMES, type ProviderName } from './provider-names.ts';
import { findProvider, providerNamed } from './providers.ts';

const NAME = 'onnxruntime';
const REMEDY = 'npm install onnxruntime-node --ignore-scripts';

function describe(
  ort: OrtModule,
  provider: ProviderName,
  { name, kind, driver }: AdapterDescription,
  threads: number,
  rules: LoweringRules,
): EngineDescription {
  return {
    engine: NAME,
    choice: provider === DEFAULT_PROVIDER ? NAME : `${NAME}:${provider}`,
    version: ort.env.versions.node ?? ort.env.versions.common,
    hardware: kind,
    adapter: name,
    provider: driver,
    threads,
    clock: provider === 'webgpu' ? 'gpu-timestamp' : 'wall',
    rules: rules.name,
  };
}

/** @param channelBlock of the CPU provider, the one that has a blocked layout */
function rulesOf(provider: ProviderName, channelBlock: number | null): LoweringRules {
  switch (provider) {
    case 'cpu':
      return onnxruntimeRules(channelBlock);
    case 'webgpu':
      return ONNXRUNTIME_WEBGPU_RULES;
    case 'cuda':
      return onnxruntimeRules(null);
    default:
      return provider satisfies never;
  }
}

/** All that the providers run on, or this one; that of the default provider first. */
export async function findOnnxruntime(wanted?: string): Promise<Availability> {
  try {
    const ort = await importOnnxruntime();
    const provider = providerNamed(wanted ?? DEFAULT_PROVIDER);
    const found = await findProvider(provider);
    if (!found.available) return found;
    const adapters: AdapterDescription[] = [...found.adapters];
    const others = wanted === undefined ? PROVIDER_NAMES.filter((name) => name !== provider) : [];
    for (const other of others) {
      const also = await findProvider(other);
      if (also.available) adapters.push(...also.adapters);
    }
    const description = describe(ort, provider, found.adapters[0], 1, rulesOf(provider, null));
    return { available: true, description, adapters };
  } catch (error) {
    return { available: false, reason: whyMissing(error), remedy: REMEDY };
  }
}

async function loadedModule(): Promise<OrtModule> {
  try {
    return await importOnnxruntime();
  } catch (error) {
    throw new UserError({
      got: `engine onnxruntime, which does not load (${whyMissing(error)})`,
      expected: 'an installed onnxruntime-node',
      fix: `run ${REMEDY}`,
    });
  }
}

export async function openOnnxruntime(threads: number, wanted: string = DEFAULT_PROVIDER): Promise<Engine> {
  const provider = providerNamed(wanted);
  const ort = await loadedModule();
  const found = await findProvider(provider);
  if (!found.available) {
    throw new UserError({
      got: `engine onnxruntime:${provider}: ${found.reason}`,
      expected: 'what the provider needs',
      fix: found.remedy,
    });
  }
  const directory = temporaryFolder();
  const channelBlock = provider === 'cpu' ? await detectChannelBlock(ort, directory) : null;
  const rules = rulesOf(provider, channelBlock);
  const description = describe(ort, provider, found.adapters[0], threads, rules);
  return new OnnxruntimeEngine(ort, provider, description, rules, directory);
}

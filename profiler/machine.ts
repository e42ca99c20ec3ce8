// The machine that everything runs on: processor, caches, memory, GPUs, as the system tells them.
import si from 'systeminformation';
import { type MachineDescription, TOLD_INSTRUCTION_SETS } from '../records/machine-description.ts';
import { grantedProcessors } from './granted-processors.ts';

let described: Promise<MachineDescription> | undefined;

async function describe(): Promise<MachineDescription> {
  const [cpu, memory, os, system, graphics] = await Promise.all([
    si.cpu(),
    si.mem(),
    si.osInfo(),
    si.system(),
    si.graphics(),
  ]);
  const bytes = (value: number | null) => (value !== null && value > 0 ? value : null);
  return {
    processor: `${cpu.manufacturer} ${cpu.brand}`.trim(),
    physicalCores: cpu.physicalCores,
    logicalCores: cpu.cores,
    cacheBytes: { l1d: bytes(cpu.cache.l1d), l2: bytes(cpu.cache.l2), l3: bytes(cpu.cache.l3) },
    memoryBytes: memory.total,
    operatingSystem: `${os.distro} ${os.release} (${os.kernel}, ${os.arch})`,
    virtual: system.virtual ?? false,
    processorId: { family: cpu.family, model: cpu.model, stepping: cpu.stepping },
    instructionSets: TOLD_INSTRUCTION_SETS.filter((name) => cpu.flags.split(' ').includes(name)),
    cgroupProcessors: grantedProcessors().quota,
    hypervisor: system.virtualHost || null,
    gpus: graphics.controllers
      .filter((controller) => controller.model !== '')
      .map(({ model, vendor, vram }) => ({ model, vendor, memoryBytes: vram ? vram * 2 ** 20 : null })),
    nodeVersion: process.version,
  };
}

/** Describes this machine, once per process. */
export function describeMachine(): Promise<MachineDescription> {
  described ??= describe();
  return described;
}

/** Name of the processor alone, which is quicker to find. */
export async function processorName(): Promise<string> {
  const cpu = await si.cpu();
  return `${cpu.manufacturer} ${cpu.brand}`.trim();
}

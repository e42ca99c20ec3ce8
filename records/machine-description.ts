// The machine that something was measured on.
import { z } from 'zod';

/** Instruction sets that kernels are chosen by. */
export const TOLD_INSTRUCTION_SETS = [
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'amx_tile',
  'asimd',
  'asimddp',
  'sve',
  'i8mm',
] as const;

export const machineDescription = z.object({
  processor: z.string(),
  physicalCores: z.number().nonnegative(),
  logicalCores: z.number().nonnegative(),
  /** Of the whole machine; null where the system does not say. */
  cacheBytes: z.object({
    l1d: z.number().nonnegative().nullable(),
    l2: z.number().nonnegative().nullable(),
    l3: z.number().nonnegative().nullable(),
  }),
  memoryBytes: z.number().nonnegative(),
  operatingSystem: z.string(),
  virtual: z.boolean(),
  /** Brand strings are shared by processors of several generations. Not in files of earlier versions, as what follows. */
  processorId: z.object({ family: z.string(), model: z.string(), stepping: z.string() }).optional(),
  /** Those of `TOLD_INSTRUCTION_SETS` that it has. */
  instructionSets: z.array(z.string()).optional(),
  /** Processors that this process's cgroup grants; null without a quota. */
  cgroupProcessors: z.number().nullable().optional(),
  /** Null where there is none, or it does not say. */
  hypervisor: z.string().nullable().optional(),
  gpus: z.array(z.object({ model: z.string(), vendor: z.string(), memoryBytes: z.number().nullable() })),
  nodeVersion: z.string(),
});
/** The machine that something was measured on. */
export type MachineDescription = Readonly<z.infer<typeof machineDescription>>;

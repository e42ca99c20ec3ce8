// The machine that something was measured on.
import { z } from 'zod';

export const machineDescription = z.object({
  processor: z.string(),
  physicalCores: z.number(),
  logicalCores: z.number(),
  /** Of the whole machine; null where the system does not say. */
  cacheBytes: z.object({ l1d: z.number().nullable(), l2: z.number().nullable(), l3: z.number().nullable() }),
  memoryBytes: z.number(),
  operatingSystem: z.string(),
  virtual: z.boolean(),
  gpus: z.array(z.object({ model: z.string(), vendor: z.string(), memoryBytes: z.number().nullable() })),
  nodeVersion: z.string(),
});
export type MachineDescription = Readonly<z.infer<typeof machineDescription>>;

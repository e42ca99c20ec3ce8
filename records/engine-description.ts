// What executed kernels, as every measurement records it.
import { z } from 'zod';

/** What executes kernels on a machine, as found at run time. */
export const engineDescription = z.object({
  /** Name of the engine, as the registry of engines has it. */
  engine: z.string(),
  /** What `--engine` opens it again with: its name, and a provider behind `:` where it has several. Not in files of earlier versions, where it is the engine. */
  choice: z.string().optional(),
  /** Version of the package that runs the kernels. */
  version: z.string(),
  /** Where the kernels really ran. A software adapter computes on the CPU behind a GPU's interface: it is never a GPU. */
  hardware: z.enum(['gpu', 'cpu', 'software']),
  /** The processor's own name. */
  adapter: z.string(),
  /** Execution provider or native library. */
  provider: z.string(),
  threads: z.int().nonnegative(),
  /** What times of kernels are read from: the wall clock, or time stamps of the GPU. Whole inferences are wall time. */
  clock: z.enum(['wall', 'gpu-timestamp']),
  /** Name of the lowering rules that its kernels follow. */
  rules: z.string(),
});
/** What executes kernels on a machine, as found at run time; see `engineDescription`. */
export type EngineDescription = Readonly<z.infer<typeof engineDescription>>;
export type HardwareKind = EngineDescription['hardware'];

/** What `--engine` opens a described engine again with. */
export function engineChoice({ choice, engine }: EngineDescription): string {
  return choice ?? engine;
}

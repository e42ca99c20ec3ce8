// The check that a kernel ran the shader programs that lowering predicts.
import type { Kernel } from '../../../network/lowering/kernel.ts';
import type { WebgpuProgram } from '../../../network/lowering/webgpu-programs.ts';

const PROGRAM_CLASSES: Record<Exclude<WebgpuProgram, `im2col-${string}`>, string> = {
  direct: 'Conv2DMMProgram',
  'direct-vec4': 'Conv2DMMProgram vec4',
  depthwise: 'DepthwiseConv2DProgram',
  'depthwise-vec4': 'DepthwiseConv2DVec4Program vec4',
  packed: 'MatMulPackedProgram',
  'packed-vec4': 'MatMulPackedProgram vec4',
  small: 'MatMulSmallOutputSizeProgram',
  'split-k': 'MatMulSplitKProgram',
  'split-k-vec4': 'MatMulSplitKProgram vec4',
  reduce: 'MatMulReduceProgram',
};
const IM2COL = 'im2col-';
/** Before and after a product whose sum is split. */
const AROUND_SPLIT: ReadonlySet<string> = new Set(['FillProgram', 'BiasActivationProgram']);

function expectedPrograms(program: WebgpuProgram): string[] {
  const matMul = program.startsWith(IM2COL) ? program.slice(IM2COL.length) : program;
  const main = PROGRAM_CLASSES[matMul as keyof typeof PROGRAM_CLASSES];
  return matMul === program ? [main] : ['Im2ColProgram', main];
}

/**
 * Whether a kernel ran as its lowering says.
 * @param kernel null for a layer that runs none
 * @param seen classes of the programs, in order
 */
export function ranAsPredicted(kernel: Kernel | null, seen: readonly string[]): boolean {
  if (kernel === null || seen.length === 0) return kernel === null && seen.length === 0;
  if (kernel.program === undefined) return true;
  const main = kernel.program.includes('split-k') ? seen.filter((name) => !AROUND_SPLIT.has(name)) : seen;
  return main.join() === expectedPrograms(kernel.program).join();
}

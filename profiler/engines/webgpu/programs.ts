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
 * Compares what a kernel ran with what its lowering says.
 * @param kernel null for a layer that runs none
 * @param seen classes of the programs, in order
 * @throws Error if they differ
 */
export function checkPrograms(kernel: Kernel | null, seen: readonly string[]): void {
  const fail = (expected: string) => {
    throw new Error(
      `WebGPU ran other programs than predicted: ${kernel?.name ?? 'a layer without a kernel'} ran ${seen.join(', ') || 'none'}, not ${expected}`,
    );
  };
  if (kernel === null) {
    if (seen.length > 0) fail('none');
    return;
  }
  if (seen.length === 0) fail(`a ${kernel.op}`);
  if (kernel.program === undefined) return;
  const expected = expectedPrograms(kernel.program);
  const main = kernel.program.includes('split-k') ? seen.filter((name) => !AROUND_SPLIT.has(name)) : seen;
  if (main.join() !== expected.join()) fail(expected.join(', '));
}

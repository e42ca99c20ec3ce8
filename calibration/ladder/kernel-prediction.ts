// What every rung says of a kernel: its time, and what it is bound by.

export type Bound = 'compute' | 'memory' | 'overhead';

export interface KernelPrediction {
  latencyUs: number;
  bound: Bound;
}

/** The largest of three times; of equal ones the overhead, then computing. */
export function boundOf(overheadUs: number, computeUs: number, memoryUs: number): Bound {
  if (overheadUs >= computeUs && overheadUs >= memoryUs) return 'overhead';
  return computeUs >= memoryUs ? 'compute' : 'memory';
}

// The modules of Inception V2, for it and its small relative.
import type { NetworkBuilder } from '../builder.ts';

/** Filters of one Inception module: the 1×1 branch, [reduce, 3×3], [reduce, 3×3, 3×3], pool projection. */
export interface InceptionModule {
  readonly name: string;
  readonly branches: readonly [number, readonly [number, number], readonly [number, number, number], number];
  readonly pool: 'avg-pool' | 'max-pool';
}

/** Filters of a strided module: [reduce, 3×3/2], [reduce, 3×3, 3×3/2]; its third branch is a max pool. */
export interface InceptionReduction {
  readonly name: string;
  readonly branches: readonly [readonly [number, number], readonly [number, number, number]];
}

/** Four branches and their concat, all at stride 1. */
export function inceptionModule(builder: NetworkBuilder, module: InceptionModule, input: string): string {
  const { name, branches, pool } = module;
  const [one, three, double, projection] = branches;
  const at = (branch: number, layer: string) => `${name}/Branch_${branch}/${layer}`;
  const branch0 = builder.conv(at(0, 'Conv2d_0a_1x1'), input, one, 1);
  const reduce1 = builder.conv(at(1, 'Conv2d_0a_1x1'), input, three[0], 1);
  const branch1 = builder.conv(at(1, 'Conv2d_0b_3x3'), reduce1, three[1], 3);
  const reduce2 = builder.conv(at(2, 'Conv2d_0a_1x1'), input, double[0], 1);
  const middle2 = builder.conv(at(2, 'Conv2d_0b_3x3'), reduce2, double[1], 3);
  const branch2 = builder.conv(at(2, 'Conv2d_0c_3x3'), middle2, double[2], 3);
  const poolName = pool === 'avg-pool' ? 'AvgPool_0a_3x3' : 'MaxPool_0a_3x3';
  const pooled = builder.pool(pool, at(3, poolName), input, 3, 1);
  const branch3 = builder.conv(at(3, 'Conv2d_0b_1x1'), pooled, projection, 1);
  return builder.concat(`${name}/concat`, [branch0, branch1, branch2, branch3]);
}

/** Two strided branches, a strided max pool and their concat. */
export function inceptionReduction(
  builder: NetworkBuilder,
  module: InceptionReduction,
  input: string,
): string {
  const { name, branches } = module;
  const [three, double] = branches;
  const at = (branch: number, layer: string) => `${name}/Branch_${branch}/${layer}`;
  const reduce0 = builder.conv(at(0, 'Conv2d_0a_1x1'), input, three[0], 1);
  const branch0 = builder.conv(at(0, 'Conv2d_1a_3x3'), reduce0, three[1], 3, { strides: 2 });
  const reduce1 = builder.conv(at(1, 'Conv2d_0a_1x1'), input, double[0], 1);
  const middle1 = builder.conv(at(1, 'Conv2d_0b_3x3'), reduce1, double[1], 3);
  const branch1 = builder.conv(at(1, 'Conv2d_1a_3x3'), middle1, double[2], 3, { strides: 2 });
  const branch2 = builder.pool('max-pool', at(2, 'MaxPool_1a_3x3'), input, 3, 2);
  return builder.concat(`${name}/concat`, [branch0, branch1, branch2]);
}

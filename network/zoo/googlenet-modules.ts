// The Inception modules of GoogLeNet, for it and its small relative.
import type { NetworkBuilder } from '../builder.ts';

/** A module's id and its filters: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool projection. */
export type GooglenetModule = readonly [
  id: string,
  filters: readonly [number, number, number, number, number, number],
];

function inception(builder: NetworkBuilder, [id, filters]: GooglenetModule, input: string): string {
  const at = (layer: string) => `inception_${id}/${layer}`;
  const [one, reduce3, three, reduce5, five, projection] = filters;
  const branch1 = builder.conv(at('1x1'), input, one, 1);
  const branch3 = builder.conv(at('3x3'), builder.conv(at('3x3_reduce'), input, reduce3, 1), three, 3);
  const branch5 = builder.conv(at('5x5'), builder.conv(at('5x5_reduce'), input, reduce5, 1), five, 5);
  const pooled = builder.pool('max-pool', at('pool'), input, 3, 1);
  const branch4 = builder.conv(at('pool_proj'), pooled, projection, 1);
  return builder.concat(at('output'), [branch1, branch3, branch5, branch4]);
}

/** Stages of Inception modules, a strided max pool before each. */
export function googlenetStages(
  builder: NetworkBuilder,
  stages: readonly (readonly GooglenetModule[])[],
  input: string,
): string {
  let net = input;
  stages.forEach((modules, stage) => {
    net = builder.pool('max-pool', `pool${stage + 2}/3x3_s2`, net, 3, 2);
    for (const module of modules) net = inception(builder, module, net);
  });
  return net;
}

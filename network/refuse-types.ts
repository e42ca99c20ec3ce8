// Refuses networks of other types than float32 on engines that compute with nothing else.
import { UserError } from '../records/user-error.ts';
import type { Network } from './network.ts';

/** @param engine or what else computes so. @throws UserError naming the first layer that is in 8 bits or in halves */
export function refuseTypes({ name, layers }: Network, engine: string): void {
  const typed = layers.find(({ types }) => types !== undefined);
  if (typed === undefined) return;
  const { output, kernel } = typed.types ?? {};
  throw new UserError({
    got: `${name} on ${engine}, whose layer ${typed.name} is ${output ?? kernel}`,
    expected: 'float32, which is all that the engine computes with',
    fix: 'take --engine onnxruntime, or the float32 model',
  });
}

// How a reader says what is wrong with the node that it reads.
import { UserError } from '../../records/user-error.ts';
import type { Layer } from '../layer.ts';

/** Reports what is wrong with the node being read. */
export type Fail = (got: string, expected: string, fix: string) => never;

/** Numbers of channels are whole numbers, which no layer of ours computes with. */
export function unreadable({ kind, name }: Layer): UserError {
  return new UserError({
    got: `${kind} ${name} of the numbers of channels that an arg-max makes`,
    expected: 'an arg-max whose result is an output',
    fix: 'export the model without what comes behind it',
  });
}

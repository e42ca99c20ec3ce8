// How much may be computed of constants while a model is read, so that a small file cannot ask for hours or all memory.
import { UserError } from '../../records/user-error.ts';

/** Values that any file may make of its constants: 128 MB at the most. */
export const FREE_VALUES = 2 ** 24;
/** And so many more for each byte that it has: weights are cast, dequantized, turned and joined. */
const VALUES_PER_BYTE = 8;

/** Counts values as they are computed. */
export class FoldBudget {
  private readonly most: number;
  private spent = 0;

  constructor(fileBytes: number) {
    this.most = FREE_VALUES + VALUES_PER_BYTE * fileBytes;
  }

  /**
   * Before so many values are computed.
   * @param what the node that does, as messages name it
   * @throws UserError where they are too many, or no count at all
   */
  spend(count: number, what: string): void {
    this.spent += count;
    if (Number.isSafeInteger(count) && count >= 0 && this.spent <= this.most) return;
    throw new UserError({
      got: `${what}, which makes ${count} values of constants`,
      expected: `at most ${this.most} in all, by the size of the file`,
      fix: 'save those weights in the file, or export the model anew with constants folded',
    });
  }
}

// How a reader says what is wrong with the node that it reads.

/** Reports what is wrong with the node being read. */
export type Fail = (got: string, expected: string, fix: string) => never;

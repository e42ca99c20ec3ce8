// What a kind of results folder is: how it is told, and how it is read.

export interface ResultKind<Data> {
  /** The command that leaves such a folder. */
  readonly command: string;
  /** The file that the command writes last: a folder that holds it is of this kind. */
  readonly marker: string;
  /** @throws UserError for files that are missing or broken */
  read(directory: string): Data;
}

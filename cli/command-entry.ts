// What the list of commands has of each.
import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  /** Its arguments as help shows them; none where it has flags alone. */
  readonly arguments?: string;
  readonly description: string;
  /** Whether it goes on, in its folder, with what it had done when it was stopped. */
  readonly resumes?: true;
  /** The function that adds the command with its flags to the program. */
  readonly load: () => Promise<(program: Command) => void>;
}

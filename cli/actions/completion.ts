// What `morphline completion` does: prints the script of a shell.
import type { CommandEntry } from '../command-entry.ts';
import { bashCompletion } from '../completion/bash.ts';
import { completedCommands } from '../completion/completed-command.ts';
import { fishCompletion } from '../completion/fish.ts';
import type { Shell } from '../completion/shells.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { writeOut } from '../standard-output.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** @param entries all commands */
export async function completion(shell: Shell, entries: readonly CommandEntry[]): Promise<void> {
  writeOut(SCRIPTS[shell](await completedCommands(entries)));
}

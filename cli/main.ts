#!/usr/bin/env node
// The `morphline` command: runs what the arguments name, and ends with an exit code that tells whose fault it was.
import { CommanderError } from 'commander';
import { printable } from '../records/printable.ts';
import { asUserError } from '../records/system-error.ts';
import { programFor } from './program.ts';

/** 0 done, or what the command says; 2 what the user got wrong (one line), 1 our own failure. */
async function main(): Promise<number> {
  try {
    const args = process.argv.slice(2);
    const program = await programFor(args);
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (error.code === 'commander.help') return 2;
      process.stderr.write(
        `morphline: ${printable(error.message.replace(/^error: /, '').replaceAll('\n', ' '))}; see morphline --help\n`,
      );
      return 2;
    }
    const theirs = asUserError(error);
    if (theirs !== null) {
      process.stderr.write(`morphline: ${theirs.message}\n`);
      return 2;
    }
    process.stderr.write(
      `morphline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
}

// Nobody is left to tell that nobody listens.
process.stderr.on('error', () => undefined);
// Native engines may keep handles open: the work is done when the command is.
const code = await main();
process.stderr.write('', () => process.exit(code));

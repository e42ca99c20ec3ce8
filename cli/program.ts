// The program of the commands: the one that the arguments name, with its flags, or all of them by name alone.
import { Command } from 'commander';
import { packageVersion } from '../records/package-version.ts';
import { COMMANDS } from './command-list.ts';
import { stopsInOrder } from './signals.ts';
import { writeOut } from './standard-output.ts';

/** The command that arguments name, also behind `help`; undefined where help is to list them all. */
function commandNamed(args: readonly string[]): string | undefined {
  if (args[0] === '--help' || args[0] === '-h') return undefined;
  const [first, second] = args.filter((text) => !text.startsWith('-'));
  return first === 'help' ? second : first;
}

/** Throws what it would exit with, and leaves what is wrong to whoever catches it. */
function throwing(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => undefined, writeOut });
}

/** Engines are looked for only when they are asked for. */
async function versionOf(args: readonly string[]): Promise<string> {
  if (!args.some((arg) => arg === '--version' || arg === '-V')) return packageVersion();
  const { versionText } = await import('./version.ts');
  return versionText(args.includes('--json'));
}

/** @param args of the command line, without node and script */
export async function programFor(args: readonly string[]): Promise<Command> {
  const program = throwing(new Command('morphline'))
    .description('Time kernels on this device, fit a device profile, and train networks shaped to it.')
    .version(await versionOf(args), '-V, --version', 'this version and those of engines (--json)')
    .showHelpAfterError(false)
    // Commander tells from a command's options that it has some; those of commands that are not loaded are not known.
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  const name = commandNamed(args);
  const wanted = COMMANDS.find((command) => command.name === name);
  if (wanted !== undefined) {
    (await wanted.load())(program);
    if (wanted.resumes === true) program.hook('preAction', stopsInOrder);
  } else {
    for (const { name, arguments: taken, description } of COMMANDS) {
      const command = program.command(name).description(description);
      if (taken !== undefined) command.arguments(taken);
    }
  }
  for (const command of program.commands) throwing(command);
  return program;
}

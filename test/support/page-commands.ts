// Commands that pages name, checked against the command line, the npm scripts and the files that there are.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { COMMANDS } from '../../cli/command-list.ts';
import { programFor } from '../../cli/program.ts';

const ROOT = join(import.meta.dirname, '../..');

/** How the command line is called: installed, in a checkout, from an archive; `ARGS` stands for any command. */
const CALLS =
  /^(?:npx )?(?:npm run -s morphline --|npx morphline|(?:\.\/)?morphline\/morphline|morphline)\s+([a-z][\w-]*)/;
const SCRIPT = /^npm run (?:-s )?([\w:-]+)/;
const NODE = /^node (scripts\/[\w-]+\.mjs)(?: ([\w-]+))?/;
const FLAG = /(?<![\w-])--([a-z][\w-]*)/g;

const scripts = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
).scripts;

/** The commands of a block of a shell: continued lines joined, comments left out, one for each of those joined by `&&`. */
export function commandsIn(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/^\s*\$ /, '').replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.split(/&&|;| \| /))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function commandNamed(name: string): Promise<Command | undefined> {
  if (!COMMANDS.some((command) => command.name === name)) return undefined;
  const program = await programFor([name]);
  return program.commands.find((command) => command.name() === name);
}

/** The long flags that a command has. */
async function flagsOf(name: string): Promise<ReadonlySet<string> | undefined> {
  const command = await commandNamed(name);
  if (command === undefined) return undefined;
  return new Set(['help', ...command.options.map(({ long }) => long?.replace(/^--/, '') ?? '')]);
}

async function wrongCall(name: string, command: string): Promise<string[]> {
  const flags = await flagsOf(name);
  if (flags === undefined) return [`no command ${name}: ${command}`];
  const given = [...command.matchAll(FLAG)].map(([, flag]) => flag as string);
  return given.filter((flag) => !flags.has(flag)).map((flag) => `${name} has no --${flag}: ${command}`);
}

/** What is wrong with a command, if anything: one that there is not, or a flag that it does not take. */
export async function wrongCommand(command: string): Promise<string[]> {
  const [, name] = CALLS.exec(command) ?? [];
  if (name !== undefined) return wrongCall(name, command);
  const [, script] = SCRIPT.exec(command) ?? [];
  if (script !== undefined && script !== 'morphline') {
    if (!Object.hasOwn(scripts, script)) return [`no npm script ${script}: ${command}`];
    return COMMANDS.some((each) => each.name === script) ? wrongCall(script, command) : [];
  }
  const [, file, script2] = NODE.exec(command) ?? [];
  if (file === undefined) return [];
  if (!existsSync(join(ROOT, file))) return [`no ${file}: ${command}`];
  const isThere = file !== 'scripts/run.mjs' || existsSync(join(ROOT, 'scripts', `${script2}.ts`));
  return isThere ? [] : [`no script ${script2}: ${command}`];
}

/** What is wrong with commands in running text: `calibrate --table`. */
export async function wrongInline(span: string): Promise<string[]> {
  const [, name = ''] = /^(?:morphline )?([a-z][\w-]*) .*--/.exec(span) ?? [];
  if (!COMMANDS.some((command) => command.name === name)) return [];
  return wrongCall(name, span);
}

/** Every flag of every command. */
export async function allFlags(): Promise<ReadonlySet<string>> {
  const sets = await Promise.all(COMMANDS.map(({ name }) => flagsOf(name)));
  return new Set(sets.flatMap((set) => [...(set ?? [])]));
}

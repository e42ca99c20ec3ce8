// Completion for fish, as a script that asks nobody.
import type { CompletedCommand, CompletedFlag, CompletedValues } from './completed-command.ts';

/** Within single quotes. */
const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** What completes these values; fish offers files beside words only where it is told to. */
function valueFlags({ words, paths }: CompletedValues): string[] {
  const folders = paths === 'folders' ? ['(__fish_complete_directories)'] : [];
  const list = [...words, ...folders].join(' ');
  return [paths === 'files' ? '-F' : '-f', ...(list === '' ? [] : ['-a', quoted(list)])];
}

function flagLine(command: string, { names, description, values }: CompletedFlag): string {
  const spelled = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const value = values === null ? [] : ['-r', ...valueFlags(values)];
  return [
    'complete -c morphline -n',
    quoted(`__fish_seen_subcommand_from ${command}`),
    ...spelled,
    ...value,
    '-d',
    quoted(description),
  ].join(' ');
}

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, description, flags, arguments: given }) => [
    `complete -c morphline -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...(given === null
      ? []
      : [
          `complete -c morphline -n ${quoted(`__fish_seen_subcommand_from ${name}`)} ${valueFlags(given).join(' ')}`,
        ]),
    ...flags.map((flag) => flagLine(name, flag)),
  ]);
  return `# fish completion of morphline: morphline completion fish > ~/.config/fish/completions/morphline.fish
complete -c morphline -f
${lines.join('\n')}
`;
}

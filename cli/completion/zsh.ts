// Completion for zsh, as a script that asks nobody.
import type { CompletedCommand, CompletedFlag, CompletedValues } from './completed-command.ts';

/** Within single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Within the brackets of a specification. */
const bracketed = (text: string) => text.replace(/[[\]\\]/g, '\\$&');
const colonless = (text: string) => text.replaceAll(':', '\\:');

/** What completes these values: an action of _arguments. */
function action({ words, paths }: CompletedValues): string {
  const files = paths === 'folders' ? '_files -/' : '_files';
  const list = `(${words.map(colonless).join(' ')})`;
  if (paths === null) return words.length === 0 ? ' ' : list;
  if (words.length === 0) return files;
  return `{_alternative "names:name:${list}" "${paths}:path:${files}"}`;
}

/** One specification a name: of several, each makes the others superfluous. */
function flagSpecs({ names, description, values, isVariadic }: CompletedFlag): string[] {
  const others = names.length === 1 ? '' : `(${names.join(' ')})`;
  const value = values === null ? '' : `${isVariadic ? ':*-*' : ''}:value:${action(values)}`;
  return names.map((name) => quoted(`${others}${name}[${bracketed(description)}]${value}`));
}

function branch({ name, flags, arguments: given }: CompletedCommand): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...(given === null ? [] : [quoted(`*:argument:${action(given)}`)]),
  ];
  return `    ${name})
      _arguments \\
        ${specs.join(' \\\n        ')}
      ;;`;
}

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const described = commands.map(({ name, description }) => quoted(`${name}:${description}`));
  return `#compdef morphline
# zsh completion of morphline: source <(morphline completion zsh), behind compinit; or a file _morphline in $fpath
_morphline() {
  local -a commands
  commands=(
    ${described.join('\n    ')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(branch).join('\n')}
  esac
}
if [[ $funcstack[1] == _morphline ]]; then
  _morphline "$@"
else
  compdef _morphline morphline
fi
`;
}

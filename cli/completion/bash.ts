// Completion for bash, 3.2 (macOS) and later, as a script that asks nobody.
import type { CompletedCommand, CompletedValues } from './completed-command.ts';

/** Sets what the function below completes with. */
function assignment({ words, paths }: CompletedValues): string {
  return `words='${words.join(' ')}' paths=${paths === 'files' ? '-f' : paths === 'folders' ? '-d' : ''}`;
}

/** Patterns of `command flag distance`: a variadic flag's values may be any number of words behind it. */
function flagCases({ name, flags }: CompletedCommand): string[] {
  return flags.flatMap(({ names, values, isVariadic }) =>
    values === null
      ? []
      : [
          `    ${names.map((flag) => `'${name} ${flag} '${isVariadic ? '*' : '0'}`).join(' | ')}) ${assignment(values)} ;;`,
        ],
  );
}

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const flags = commands.map(
    (command) => `      ${command.name}) words='${command.flags.flatMap((flag) => flag.names).join(' ')}' ;;`,
  );
  const given = commands.flatMap((command) =>
    command.arguments === null ? [] : [`      ${command.name}) ${assignment(command.arguments)} ;;`],
  );
  return `# bash completion of morphline: source <(morphline completion bash)
_morphline() {
  local line=\${COMP_LINE:0:COMP_POINT} cur='' words='' paths='' flag='' at distance colons
  local -a typed
  read -ra typed <<<"$line"
  if [[ $line != *' ' ]]; then
    cur=\${typed[\${#typed[@]}-1]}
    typed=("\${typed[@]:0:\${#typed[@]}-1}")
  fi
  COMPREPLY=()
  if ((\${#typed[@]} == 1)); then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$cur"))
    return
  fi
  # The last flag before the cursor, and how many words there are between.
  at=$((\${#typed[@]} - 1)) distance=0
  while ((at > 1)) && [[ \${typed[at]} != -* ]]; do
    ((at--, distance++))
  done
  ((at > 1)) && flag=\${typed[at]}
  if [[ $cur == -* ]]; then
    case \${typed[1]} in
${flags.join('\n')}
    esac
  else
    case "\${typed[1]} $flag $distance" in
${commands.flatMap(flagCases).join('\n')}
    *) case \${typed[1]} in
${given.join('\n')}
      esac ;;
    esac
  fi
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ -n $paths ]]; then
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY+=($(compgen "$paths" -- "$cur"))
  fi
  # Readline takes what is before a colon for a word of its own.
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    colons=\${cur%"\${cur##*:}"}
    COMPREPLY=("\${COMPREPLY[@]#"$colons"}")
  fi
}
complete -F _morphline morphline
`;
}

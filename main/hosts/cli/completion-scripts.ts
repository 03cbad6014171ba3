import type { Candidates, CompletedCommand, CompletedOption, Completions } from './completion-types';

/*
 * Completion scripts. All three work in the same way: they find the command on the line, skipping the values of
 * options, and then complete the value of an option, the names of options, or an argument. The names of the user's
 * recipes are their file names. SECURITY: only names that a recipe can have are offered, since the shells would expand
 * others.
 */

/** In single quotes, for bash and zsh. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const namesOf = ({ short, long }: CompletedOption) => (short ? [short, long] : [long]);

/** `command option` for every option that passes the test. */
function optionsWhere(commands: readonly CompletedCommand[], test: (option: CompletedOption) => boolean): string[] {
  return commands.flatMap(({ path, options }) =>
    options.filter(test).flatMap((option) => namesOf(option).map((name) => `${path} ${name}`)),
  );
}

/** Path of each command below the root: `emulsion recipes save`. */
const waysOf = (commands: readonly CompletedCommand[]) => commands.slice(1).map(({ path }) => path);

// ------------------------------------------------------------------------------------------------ bash

export function bash({ commands, recipes, settings, userData }: Completions): string {
  const patterns = (list: readonly string[]) => list.map(quoted).join('|');
  const reply = (words: Candidates): string => {
    switch (words.kind) {
      case 'choice':
        return `_emulsion_reply ${quoted(words.words.join(' '))}`;
      case 'recipe':
      case 'recipe or file':
        return '_emulsion_reply "$(_emulsion_recipes)"';
      case 'setting':
        return `_emulsion_reply ${quoted(settings.join(' '))}`;
      case 'folder':
        return 'compopt +o default -o dirnames 2>/dev/null';
      case 'file':
        return ':';
      case 'anything':
        return 'compopt +o default 2>/dev/null';
    }
  };
  const valued = commands.flatMap(({ path, options }) =>
    options.flatMap((option) =>
      option.value
        ? [`    ${patterns(namesOf(option).map((name) => `${path} ${name}`))}) ${reply(option.value)} ;;`]
        : [],
    ),
  );
  const named = commands.map(
    ({ path, options }) =>
      `    ${quoted(path)}) _emulsion_reply ${quoted(options.map(({ long }) => long).join(' '))} ;;`,
  );
  const others = commands.map(({ path, commands: below, argument }) => {
    const words: Candidates =
      below.length > 0 ? { kind: 'choice', words: below.map(({ name }) => name) } : (argument ?? { kind: 'anything' });
    return `    ${quoted(path)}) ${reply(words)} ;;`;
  });
  return `# bash completion of emulsion
_emulsion_recipes() {
  local folder=${quoted(userData)} file
  printf '%s\\n' ${recipes.join(' ')}
  for file in "\${EMULSION_USER_DATA:-$folder}"/recipes/*.json; do
    file=\${file##*/}
    file=\${file%.json}
    if [[ $file =~ ^[a-z0-9-]+$ ]]; then printf '%s\\n' "$file"; fi
  done
}

# Offers those of some words that go on from $cur; those that end in = are not finished.
_emulsion_reply() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  # Where bash takes words apart at =, only what follows it is replaced.
  if [[ $COMP_WORDBREAKS == *=* && $cur == *=* ]]; then COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*=}"}"}"); fi
}

_emulsion() {
  local words=() cur command=emulsion option= value= i last
  COMPREPLY=()
  # bash takes --option=value and step.key=value apart; here they are whole again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i > 0)) && [[ \${COMP_WORDS[i]} == '=' || \${COMP_WORDS[i - 1]} == '=' ]]; then
      last=$((\${#words[@]} - 1))
      words[last]+=\${COMP_WORDS[i]}
    else
      words+=("\${COMP_WORDS[i]}")
    fi
  done
  last=$((\${#words[@]} - 1))
  cur=\${words[last]}
  for ((i = 1; i < last; i++)); do
    if [[ $value ]]; then
      value=
      continue
    fi
    case "$command \${words[i]}" in
      ${patterns(waysOf(commands))}) command="$command \${words[i]}" ;;
      ${patterns(optionsWhere(commands, ({ value, optional }) => value !== null && !optional))}) value=1 ;;
    esac
  done
  if [[ $value ]]; then
    option=\${words[last - 1]}
  elif [[ $cur == --*=* ]]; then
    option=\${cur%%=*}
    value=1
    cur=\${cur#*=}
  elif [[ $cur != -* ]]; then
    option=\${words[last - 1]}
  fi
  case "$command $option" in
${valued.join('\n')}
  esac
  if [[ $value || \${#COMPREPLY[@]} -gt 0 ]]; then return; fi
  if [[ $cur == -* ]]; then
    case $command in
${named.map((line) => `  ${line}`).join('\n')}
    esac
    return
  fi
  case $command in
${others.join('\n')}
  esac
}
complete -o default -F _emulsion emulsion
`;
}

// ------------------------------------------------------------------------------------------------ zsh

export function zsh({ commands, recipes, settings, userData }: Completions): string {
  const action = (words: Candidates): string => {
    switch (words.kind) {
      case 'choice':
        return `(${words.words.join(' ')})`;
      case 'recipe':
        return '_emulsion_recipes';
      case 'recipe or file':
        return '_emulsion_recipes_and_files';
      case 'setting':
        return '_emulsion_settings';
      case 'folder':
        return '_files -/';
      case 'file':
        return '_files';
      case 'anything':
        return ' ';
    }
  };
  /** Escaped for _arguments: brackets end a description, colons a message. */
  const plain = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');
  const specs = ({ options, commands: below, argument }: CompletedCommand): string[] => [
    ...options.map((option) => {
      const { long, short, value, optional, repeatable, description } = option;
      const tail = value ? `${optional ? '::' : ':'}value:${action(value)}` : '';
      const about = quoted(`[${plain(description)}]${tail}`);
      const names = short
        ? `{${short}${value ? '+' : ''},${long}${value ? '=' : ''}}`
        : `${long}${value ? (optional ? '=-' : '=') : ''}`;
      const once = repeatable ? quoted('*') : short ? quoted(`(${short} ${long})`) : '';
      return `${once}${names}${about}`;
    }),
    ...(below.length > 0
      ? [`'1:command:->command'`, `'*::argument:->argument'`]
      : argument
        ? [quoted(`*:argument:${action(argument)}`)]
        : []),
  ];
  // Hyphens keep these names apart from those of the helper functions.
  const nameOf = (path: string) => `_${path.replaceAll(' ', '-')}`;
  const functions = commands.map((command) => {
    const { path, commands: below } = command;
    const listed = below.map(({ name, description }) => quoted(`${name}:${plain(description)}`));
    const dispatch =
      below.length === 0
        ? ''
        : `
  case $state in
    command)
      local -a commands=(${listed.join(' ')})
      _describe command commands
      ;;
    argument)
      case $words[1] in
${below
  .filter(({ name }) => commands.some((each) => each.path === `${path} ${name}`))
  .map(({ name }) => `        ${name}) ${nameOf(`${path} ${name}`)} ;;`)
  .join('\n')}
      esac
      ;;
  esac`;
    return `${nameOf(path)}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -s ${below.length > 0 ? '-C ' : ''}\\
    ${specs(command).join(' \\\n    ')}${dispatch}
}`;
  });
  return `#compdef emulsion
# zsh completion of emulsion
_emulsion_recipes() {
  local folder=${quoted(userData)}
  local -a names=(${recipes.join(' ')} \${EMULSION_USER_DATA:-$folder}/recipes/*.json(N:t:r))
  names=(\${(M)names:#[a-z0-9-]##})
  _describe recipe names
}
_emulsion_recipes_and_files() {
  _alternative 'recipes:recipe:_emulsion_recipes' 'files:file:_files'
}
_emulsion_settings() {
  local -a settings=(${settings.map(quoted).join(' ')})
  compadd -S '' -a settings
}
${functions.join('\n')}
if [[ $funcstack[1] == _emulsion ]]; then
  _emulsion "$@"
else
  compdef _emulsion emulsion
fi
`;
}

// ------------------------------------------------------------------------------------------------ fish

export function fish({ commands, recipes, settings, userData }: Completions): string {
  const text = (value: string) => `'${value.replace(/[\\']/g, '\\$&')}'`;
  const words = (list: readonly string[]) => list.map(text).join(' ');
  const values = (of: Candidates): string => {
    switch (of.kind) {
      case 'choice':
        return `-f -a ${text(of.words.join(' '))}`;
      case 'recipe':
        return `-f -a '(__emulsion_recipes)'`;
      case 'recipe or file':
        return `-F -a '(__emulsion_recipes)'`;
      case 'setting':
        return `-f -a ${text(settings.join(' '))}`;
      case 'folder':
        return `-f -a '(__fish_complete_directories)'`;
      case 'file':
        return '-F';
      case 'anything':
        return '-f';
    }
  };
  const lines = commands.flatMap(({ path, commands: below, options, argument }) => {
    const at = `complete -c emulsion -n ${text(`__emulsion_at ${text(path)}`)}`;
    return [
      ...below.map(({ name, description }) => `${at} -f -a ${name} -d ${text(description)}`),
      ...options.map(({ short, long, description, value, optional }) => {
        const letter = short ? ` -s ${short.slice(1)}` : '';
        const takes = value ? `${optional ? '' : ' -r'} ${values(value)}` : '';
        return `${at}${letter} -l ${long.slice(2)}${takes} -d ${text(description)}`;
      }),
      ...(argument && below.length === 0 ? [`${at} ${values(argument)}`] : []),
    ];
  });
  return `# fish completion of emulsion
function __emulsion_recipes
    printf '%s\\n' ${recipes.join(' ')}
    set -l folder ${text(userData)}
    if test -n "$EMULSION_USER_DATA"
        set folder $EMULSION_USER_DATA
    end
    for file in $folder/recipes/*.json
        string match -rg '/([a-z0-9-]+)\\.json$' -- $file
    end
end

# Whether the line is at this command.
function __emulsion_at
    set -l at emulsion
    set -l value
    for word in (commandline -opc)[2..]
        if test -n "$value"
            set value
            continue
        end
        switch "$at $word"
            case ${words(waysOf(commands))}
                set at "$at $word"
            case ${words(optionsWhere(commands, ({ value, optional }) => value !== null && !optional))}
                set value 1
        end
    end
    test "$at" = "$argv"
end

complete -c emulsion -f
${lines.join('\n')}
`;
}

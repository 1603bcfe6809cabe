/** `bpfc completion bash|zsh|fish`: a completion script made from the tables of commands and options. */

import { type Args, UsageError } from './args.ts';
import { writeText } from './files.ts';
import { type CommandName, commands, type OptionName, type OptionRow, options } from './spec.ts';

const commandNames = Object.keys(commands) as CommandName[];
const optionRow = (name: OptionName): OptionRow => options[name];

function words(name: OptionName): readonly string[] {
  const { short } = optionRow(name);
  return name === 'optimize'
    ? ['-O0', '-O2', '-Os']
    : [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

const optionsOf = (command: CommandName): readonly OptionName[] => commands[command].options;

function bash(): string {
  const cases = commandNames.map((c) => `    ${c}) words='${optionsOf(c).flatMap(words).join(' ')}' ;;`);
  const values = (Object.keys(options) as OptionName[])
    .filter((name) => optionRow(name).values !== undefined)
    .map(
      (name) =>
        `    --${name}) COMPREPLY=($(compgen -W '${optionRow(name).values?.join(' ')}' -- "$cur")); return ;;`,
    );
  return `# bash completion of bpfc; source this file
_bpfc() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  case $prev in
${values.join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words='${optionsOf('compile').flatMap(words).join(' ')}' ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="$words ${commandNames.join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur") $(compgen -f -- "$cur"))
}
complete -o filenames -F _bpfc bpfc
`;
}

const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

function zsh(): string {
  const described = commandNames.map((c) => `    ${quote(`${c}:${commands[c].doc}`)}`);
  const argumentsOf = (c: CommandName): string => {
    const specs = optionsOf(c).flatMap((name) => {
      const row = optionRow(name);
      const doc = row.doc.replace(/[[\]:]/g, ' ');
      if (name === 'optimize') return row.values?.map((v) => quote(`-O${v}[${doc}]`)) ?? [];
      const arg =
        row.arg === undefined
          ? ''
          : `:${row.arg}:${row.values === undefined ? '_files' : `(${row.values.join(' ')})`}`;
      return [quote(`--${name}${arg === '' ? '' : '='}[${doc}]${arg}`)];
    });
    return `_arguments ${specs.join(' ')} '*:file:_files'`;
  };
  const cases = commandNames.map((c) => `    ${c}) ${argumentsOf(c)} ;;`);
  return `#compdef bpfc
_bpfc() {
  local -a names
  names=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe command names; _files; return; fi
  case $words[2] in
${cases.join('\n')}
    *) ${argumentsOf('compile')} ;;
  esac
}
compdef _bpfc bpfc
`;
}

/** The word "compile" may be left out: its options come where no other command is named. */
function fishCondition(command: CommandName): string {
  const others = commandNames.filter((name) => name !== 'compile');
  return command === 'compile'
    ? `not __fish_seen_subcommand_from ${others.join(' ')}`
    : `__fish_seen_subcommand_from ${command}`;
}

function fish(): string {
  const lines = commandNames.flatMap((c) => [
    `complete -c bpfc -n __fish_use_subcommand -a ${c} -d ${quote(commands[c].doc)}`,
    ...optionsOf(c).map((name) => {
      const row = optionRow(name);
      const values = row.values === undefined ? '' : ` -x -a ${quote(row.values.join(' '))}`;
      const short = row.short === undefined ? '' : ` -s ${row.short}`;
      return `complete -c bpfc -n '${fishCondition(c)}' -l ${name}${short}${values} -d ${quote(row.doc)}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish };

export function completionCommand(args: Args): number {
  const shell = args.files[0];
  const script = shell === undefined ? undefined : shells[shell];
  if (script === undefined || args.files.length > 1) {
    throw new UsageError(`bpfc completion takes one of ${Object.keys(shells).join(', ')}`);
  }
  writeText(1, script());
  return 0;
}

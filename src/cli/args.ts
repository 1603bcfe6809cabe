/**
 * Reads the command line by the tables of spec.ts. A mistake is a `UsageError` (exit status 2) that suggests the
 * nearest command, option or value.
 */

import { suggest } from '../base/suggest.ts';
import { type CommandName, commands, type OptionName, type OptionRow, options } from './spec.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Args {
  readonly command: CommandName;
  readonly files: readonly string[];
  /** Value by option; a flag's is '', as is an optional argument that was left out. */
  readonly values: ReadonlyMap<OptionName, string>;
  /** All values of options that may be repeated, in order. */
  readonly repeated: ReadonlyMap<OptionName, readonly string[]>;
}

const rows: Readonly<Record<OptionName, OptionRow>> = options;
const names = Object.keys(options) as OptionName[];

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

function didYouMean(word: string, choices: Iterable<string>, prefix = ''): string {
  const near = suggest(word, choices);
  return near === null ? '' : `; did you mean ${prefix}${near}?`;
}

function longOption(word: string): { name: OptionName; inline: string | null } {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  if (!Object.hasOwn(options, name))
    throw new UsageError(`unknown option --${name}${didYouMean(name, names, '--')}`);
  return { name: name as OptionName, inline: equals < 0 ? null : word.slice(equals + 1) };
}

function shortOption(word: string): { name: OptionName; inline: string | null } {
  const name = names.find((n) => rows[n].short === word[1]);
  if (name === undefined) throw new UsageError(`unknown option ${word.slice(0, 2)}`);
  const rest = word.slice(2);
  if (rest !== '' && rows[name].arg === undefined)
    throw new UsageError(`${word.slice(0, 2)} takes no argument: ${word}`);
  return { name, inline: rest === '' ? null : rest.replace(/^=/, '') };
}

function checkValue(name: OptionName, value: string): void {
  const { values, arg } = rows[name];
  if (values !== undefined && !values.includes(value)) {
    throw new UsageError(`--${name} takes ${values.join(', ')}, not '${value}'${didYouMean(value, values)}`);
  }
  if (arg !== undefined && value === '' && rows[name].optionalArg === undefined) {
    throw new UsageError(`--${name} needs an argument: ${arg}`);
  }
}

/** Reads `argv` (without node and script). */
export function parseArgs(argv: readonly string[]): Args {
  const files: string[] = [];
  const values = new Map<OptionName, string>();
  const repeated = new Map<OptionName, string[]>();
  let command: CommandName | null = null;
  let onlyFiles = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (onlyFiles || word === '-' || !word.startsWith('-')) {
      if (command === null && files.length === 0 && !onlyFiles && isCommand(word)) command = word;
      else files.push(word);
      continue;
    }
    if (word === '--') {
      onlyFiles = true;
      continue;
    }
    const { name, inline } = word.startsWith('--') ? longOption(word) : shortOption(word);
    const row = rows[name];
    let value = inline ?? '';
    if (row.arg === undefined && inline !== null) throw new UsageError(`--${name} takes no argument`);
    if (row.arg !== undefined && inline === null && row.optionalArg === undefined) {
      const next = argv[++i];
      if (next === undefined) throw new UsageError(`--${name} needs an argument: ${row.arg}`);
      value = next;
    }
    checkValue(name, value);
    values.set(name, value);
    if (row.repeat === true) repeated.set(name, [...(repeated.get(name) ?? []), value]);
  }
  const chosen = command ?? 'compile';
  const allowed: readonly string[] = commands[chosen].options;
  for (const name of values.keys()) {
    if (!allowed.includes(name))
      throw new UsageError(`bpfc ${chosen} has no option --${name}; see bpfc ${chosen} --help`);
  }
  return { command: chosen, files, values, repeated };
}

/** A lone word that is neither a file ending nor a command is likely a mistyped command. */
export function suggestCommand(word: string): string {
  return didYouMean(word, Object.keys(commands), 'bpfc ');
}

function optionHelp(name: OptionName): string {
  const row = rows[name];
  const shown =
    name === 'optimize' ? '-O0 -O2 -Os' : `${row.short === undefined ? '' : `-${row.short}, `}--${name}`;
  const arg =
    row.arg === undefined || name === 'optimize' ? '' : row.optionalArg ? `[=${row.arg}]` : ` ${row.arg}`;
  const choices = row.values === undefined || name === 'optimize' ? '' : ` (${row.values.join(', ')})`;
  return `  ${`${shown}${arg}`.padEnd(24)} ${row.doc}${choices}`;
}

export function commandHelp(command: CommandName): string {
  const row = commands[command];
  return [
    `usage: bpfc ${command === 'compile' ? '' : `${command} `}${row.args} [OPTION…]`,
    '',
    row.doc,
    '',
    'options:',
    ...row.options.map(optionHelp),
    '',
    `example: ${row.example}`,
    '',
  ].join('\n');
}

export function generalHelp(): string {
  const list = (Object.keys(commands) as CommandName[]).map(
    (name) =>
      `  ${`bpfc ${name === 'compile' ? '' : `${name} `}${commands[name].args}`.padEnd(32)} ${commands[name].doc}`,
  );
  return ['bpfc: eBPF programs written in Go', '', ...list, '', commandHelp('compile')].join('\n');
}

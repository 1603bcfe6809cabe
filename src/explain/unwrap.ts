/**
 * A verifier log out of what surrounds it: prefixes of libbpf and bpftool, dmesg and journal times, cilium/ebpf's
 * indentation and one-line errors, logs quoted inside of JSON or of another message.
 *
 *     libbpf: prog 'f': -- BEGIN PROG LOAD LOG --
 *     [   12.5] 0: (bf) r0 = r3              →   0: (bf) r0 = r3
 *     R3 !read_ok                                R3 !read_ok
 */

import { stripVTControlCharacters } from 'node:util';

export interface Unwrapped {
  readonly lines: readonly string[];
  /** The program, where the surroundings name it. */
  readonly program: string | null;
  /** Lines that cilium/ebpf or a truncation left out. */
  readonly omitted: number;
}

/** What stands before every line, outermost first. Each is removed once per line. */
const prefixes: readonly RegExp[] = [
  /^<\d>/,
  /^[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \S+ [\w./-]+(\[\d+\])?: /,
  /^\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)? (?:\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\]? )?/,
  /^\[ *\d+\.\d+\] /,
  /^(?:libbpf|bpftool|WARN|ERROR|Error): (?!prog )/,
];

const beginMark = /-- BEGIN PROG LOAD LOG --/;
const endMark = /-- END PROG LOAD LOG --/;

/** Escapes of a log that was quoted as one string. */
function unquote(text: string): string {
  const escaped = text.match(/\\n/g)?.length ?? 0;
  const real = text.match(/\n/g)?.length ?? 0;
  return escaped > 2 && escaped > real
    ? text.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\"', '"')
    : text;
}

function clean(line: string): string {
  let text = stripVTControlCharacters(line).replace(/\r$/, '');
  for (const prefix of prefixes) text = text.replace(prefix, '');
  return text.replace(/^[\t ]*(?:\| ?)?(?=\S)/, (lead) => (/\t|\|/.test(lead) ? '' : lead));
}

/** `load program: permission denied: 0: R1=ctx() R10=fp0: R3 !read_ok (12 line(s) omitted)` in its lines. */
function splitOneLiner(line: string): readonly string[] {
  const known = /(?:load program|program \S+?|Verifier output|verifier (?:error|log)): ?/i.exec(line);
  if (known === null) return [line];
  const bare = /(?:operation not permitted|permission denied)$/i.exec(line);
  if (bare !== null) return [bare[0]];
  const rest = line.slice(known.index + known[0].length);
  const omitted = / \((\d+) line\(s\) omitted\)$/;
  const body = rest
    .replace(/^load program: /, '')
    .replace(
      /^(?:permission denied|invalid argument|operation not permitted|argument list too long|bad address|operation not supported|no such file or directory|[A-Z]{3,}):? ?/i,
      '',
    )
    .replace(omitted, '');
  if (body === '') return [];
  const code = /^(\d+: \([0-9a-f]{2}\) .*?): (?=\S)/.exec(body);
  if (code !== null) return [code[1] ?? '', body.slice(code[0].length)];
  // A state line ends where the message begins: behind a colon.
  const state = /^(?:func#\d+ @\d+: )?(\d+: (?:R\d+\S*=[^:]*?)): (?=\S)/.exec(body);
  return state === null ? [body] : [state[1] ?? '', body.slice(state[0].length)];
}

const programOf = (text: string): string | null =>
  /prog '([^']+)'/.exec(text)?.[1] ?? /\bprogram ([\w.-]+): load program/.exec(text)?.[1] ?? null;

/** The log's own lines. */
export function unwrap(raw: string): Unwrapped {
  const text = unquote(raw);
  const omitted = Number(/\((\d+) line\(s\) omitted\)/.exec(text)?.[1] ?? 0);
  let lines = text.split('\n').map(clean);
  const begin = lines.findIndex((line) => beginMark.test(line));
  const end = lines.findIndex((line, i) => i > begin && endMark.test(line));
  if (begin >= 0) lines = lines.slice(begin + 1, end < 0 ? undefined : end);
  return {
    lines: lines
      .flatMap((line) => (/^\d+: /.test(line) ? [line] : splitOneLiner(line)))
      .filter((l) => l.trim() !== ''),
    program: programOf(text),
    omitted,
  };
}

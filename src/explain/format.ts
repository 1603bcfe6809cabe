/**
 * An explanation as text, in the form of diagnostics:
 *
 *     filter.go:10: error: Count: the result of a map lookup is used before it is known not to be nil [nil-map-value]
 *      10 | *v += 1
 *       R0: the result of bpf_map_lookup_elem, line 9: v := hits.Lookup(key)
 *       path: lines 8, 9, 10
 *       help: compare it first …
 *       kernel: R0 invalid mem access 'map_value_or_null' (at instruction 5: r1 = *(u64 *)(r0 +0))
 */

import type { Paint } from '../base/format.ts';
import type { Explanation, Place, RegisterStory } from './explain.ts';

export interface Setting {
  readonly program?: string | null;
  /** errno's name, where the loader knows it. */
  readonly reason?: string;
}

const spot = (place: Place | null): string | null =>
  place?.line == null ? null : `${place.file ?? 'source'}:${place.line}`;

function at(place: Place | null, instruction: number, where: Place | null): string {
  if (place === null) return `at instruction ${instruction}`;
  if (place.line === null) return `at: ${place.text}`;
  return `line ${place.file === where?.file ? '' : `${place.file ?? ''}:`}${place.line}: ${place.text}`;
}

function registerLine(story: RegisterStory, where: Place | null): string | null {
  const { register, origin, state, ended } = story;
  const known = state === null ? '' : ` (the kernel knows: ${state})`;
  if (origin === null) return state === null ? null : `${register}${known}`;
  const end =
    ended === null
      ? ''
      : `; no pointer any more after ${ended.text.replace(/#\d+$/, '')}, ${at(ended.place, ended.instruction, where)}`;
  // An argument is there from the start, at no line.
  if (origin.kind === 'argument') return `${register}: ${origin.what}${known}${end}`;
  return `${register}: ${origin.what}, ${at(origin.place, origin.instruction, where)}${known}${end}`;
}

const maxPath = 12;

function pathLine(path: readonly Place[]): string | null {
  const numbers = path.flatMap((p) => (p.line === null ? [] : [String(p.line)]));
  if (numbers.length < 2) return null;
  const shown = numbers.length > maxPath ? ['…', ...numbers.slice(-maxPath)] : numbers;
  return `lines ${shown.join(' → ')}`;
}

export function formatExplanation(e: Explanation, setting: Setting, paint: Paint): string {
  const program = setting.program ?? e.program;
  const head = [
    paint('strong', spot(e.where) ?? 'bpfc'),
    paint('error', 'error:'),
    ...(program === null || program === undefined ? [] : [`${program}:`]),
    e.cause,
    ...(e.name === null ? [] : [paint('dim', `[${e.name}]`)]),
  ];
  const lines = [`${head[0]}: ${head.slice(1).join(' ')}`];
  if (e.where !== null && e.where.text !== '') {
    const number = e.where.line === null ? '' : String(e.where.line);
    lines.push(`${paint('dim', `${number.padStart(3)} |`)} ${e.where.text}`);
  }
  for (const story of e.registers) {
    const text = registerLine(story, e.where);
    if (text !== null) lines.push(`  ${text}`);
  }
  const path = pathLine(e.path);
  if (path !== null) lines.push(`  path: ${path}`);
  if (e.remedy !== null) lines.push(`  ${paint('help', 'help:')} ${e.remedy}`);
  const which =
    e.instruction === null
      ? ''
      : ` (at instruction ${e.instruction.index}${e.instruction.text === '' ? '' : `: ${e.instruction.text}`})`;
  if (e.messages.length > 0) lines.push(`  kernel: ${e.messages.slice(-3).join('; ')}${which}`);
  else if (setting.reason !== undefined) lines.push(`  kernel: ${setting.reason}${which}`);
  if (e.reason !== null && e.name !== null) lines.push(`  in its words: ${e.reason}`);
  if (e.omitted > 0) lines.push(`  ${e.omitted} lines of the log are missing; the whole log explains more`);
  return lines.join('\n');
}

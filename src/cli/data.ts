/**
 * Maps and variables on the command line: `--map` and `--set` as bytes, contents as JSON and as lines.
 *
 *     --set limit=5          the variable's bytes in its data section
 *     hits[1] = 7            a line per entry
 */

import { suggest } from '../base/suggest.ts';
import { entriesToJson, type ObjectShapes } from '../object/object-shapes.ts';
import { fromJson, type Json, toJson } from '../object/shape.ts';
import type { Session } from '../testing/session.ts';
import { type Args, UsageError } from './args.ts';
import type { Loadable } from './kernel.ts';

export function parseJson(text: string, option: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A bare word is a text, which a shell's quoting makes hard to write otherwise.
    if (/^[\w.-]+$/.test(text)) return text;
    throw new UsageError(`${option}: ${text} is not JSON`);
  }
}

/** `NAME=REST` of an option, the name being one of `names`. */
export function assignment(
  text: string,
  option: string,
  names: readonly string[],
): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) throw new UsageError(`${option} takes NAME=VALUE, not '${text}'`);
  const name = text.slice(0, equals);
  if (!names.includes(name)) {
    const near = suggest(name, names);
    const hint =
      near === null
        ? names.length === 0
          ? '; there is none'
          : `; there are ${names.join(', ')}`
        : `; did you mean ${near}?`;
    throw new UsageError(`${option}: no ${name}${hint}`);
  }
  return [name, text.slice(equals + 1)];
}

/** The bytes of variables that `--set` gives, by name. */
export function settings(args: Args, shapes: ObjectShapes): ReadonlyMap<string, Uint8Array> {
  return new Map(
    (args.repeated.get('set') ?? []).map((text) => {
      const [name, value] = assignment(text, '--set', [...shapes.variables.keys()]);
      const variable = shapes.variables.get(name);
      if (variable === undefined) throw new UsageError(`--set: no ${name}`);
      return [name, fromJson(variable.shape, parseJson(value, '--set'), `--set ${name}`)] as const;
    }),
  );
}

/** Data sections with variables set. */
export function contentsWith(
  input: Loadable,
  shapes: ObjectShapes,
  values: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  for (const [name, bytes] of values) {
    const variable = shapes.variables.get(name);
    const section = input.object.maps.find((m) => m.name === variable?.section)?.content;
    if (variable === undefined || section == null) continue;
    const content = contents.get(variable.section) ?? Uint8Array.from(section);
    content.set(bytes, variable.offset);
    contents.set(variable.section, content);
  }
  return contents;
}

/** Maps whose contents can be walked and are the program's, not its loader's. */
const walkable = (input: Loadable, name: string): boolean => {
  if (name.startsWith('__') || name === '.kconfig') return false;
  const type = input.object.maps.find((m) => m.name === name)?.type ?? 0;
  return [1, 2, 5, 6, 9, 10, 11].includes(type);
};

export function mapsJson(
  input: Loadable,
  session: Pick<Session, 'entries'>,
  shapes: ObjectShapes,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    [...shapes.maps]
      .filter(([name]) => walkable(input, name))
      .map(([name, shape]) => [name, entriesToJson(shape, session.entries(name))]),
  );
}

export function variablesJson(
  session: Pick<Session, 'readVariable'>,
  shapes: ObjectShapes,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    [...shapes.variables].map(([name, { shape }]) => [name, toJson(shape, session.readVariable(name))]),
  );
}

const isZero = (value: Json): boolean =>
  value === 0 ||
  value === false ||
  (typeof value === 'object' && value !== null && Object.values(value).every(isZero));

/** One line per entry; of arrays only those that are not zero. */
export function mapLines(name: string, entries: Json): string[] {
  const list = Array.isArray(entries) ? entries : [];
  return list.flatMap((entry: Json, i: number) => {
    const keyed =
      typeof entry === 'object' &&
      entry !== null &&
      !Array.isArray(entry) &&
      'key' in entry &&
      'value' in entry;
    if (keyed) return [`${name}[${JSON.stringify(entry.key)}] = ${JSON.stringify(entry.value)}`];
    return isZero(entry) ? [] : [`${name}[${i}] = ${JSON.stringify(entry)}`];
  });
}

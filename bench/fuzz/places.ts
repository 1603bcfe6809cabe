/**
 * Places: variables and what lies inside of them, through fields, elements, pointers and slices.
 *
 *     place(g, uint8)   →   v3.F1[v2 & 3].F5
 */

import { must } from '../../src/base/assert.ts';
import { of, variable } from './expressions.ts';
import type { Part, Piece } from './piece.ts';
import { type Gen, type Variable, visible } from './state.ts';
import { contains, type Field, type GoType, goInt, type IntType, isSame, uint64, uint8 } from './types.ts';

interface Wanted {
  readonly assignable?: boolean;
  readonly addressable?: boolean;
  /** Only variables themselves, or also constant parts of them. */
  readonly constantIndex?: boolean;
  /** Calls cannot change it. */
  readonly unshared?: boolean;
}

/** An index below `length`, checked by the program unless chance wants otherwise. */
export function index(g: Gen, length: number, constant = false): Part {
  if (constant || g.random.chance(0.4)) return String(g.random.below(length));
  const counters = g.scope.filter((v) => v.form === 'value' && v.below > 0 && v.below <= length);
  if (counters.length > 0 && g.random.chance(0.6)) return g.random.pick(counters).name;
  if (g.random.chance(0.04)) {
    g.used.add('unchecked-index');
    return variable(g, g.random.pick<IntType>([uint8, goInt, uint64]), 0);
  }
  if ((length & (length - 1)) === 0) {
    const inner = variable(g, g.random.pick<IntType>([uint8, goInt, uint64]), 1);
    return of(goInt)`${inner} & ${length - 1}`;
  }
  const inner = variable(g, g.random.pick<IntType>([uint8, uint64]), 1);
  return of(goInt)`${inner} % ${length}`;
}

/** The way from a value of type `from` to one of type `to`; null when it is taken nowhere. */
function walk(g: Gen, from: GoType, to: GoType, wanted: Wanted): readonly Part[] {
  if (isSame(from, to)) return [];
  if (from.kind === 'array') {
    g.used.add('index');
    return ['[', index(g, from.length, wanted.constantIndex), ']', ...walk(g, from.element, to, wanted)];
  }
  if (from.kind !== 'struct') return [];
  const fields = from.fields.filter((f) => contains(f.type, to));
  const field: Field = g.random.pick(fields);
  g.used.add('field');
  const rest = walk(g, field.type, to, wanted);
  const hidden =
    field.embedded && g.random.chance(0.5) && typeof rest[0] === 'string' && rest[0].startsWith('.');
  if (hidden) g.used.add('promoted-field');
  return hidden ? rest : [`.${field.name}`, ...rest];
}

function start(g: Gen, v: Variable, exact: boolean): readonly Part[] {
  switch (v.form) {
    case 'value':
      return [v.name];
    case 'pointer':
      g.used.add('dereference');
      return [exact || v.type.kind !== 'struct' ? `(*${v.name})` : v.name];
    case 'slice': {
      g.used.add('index');
      const inner = v.length > 0 ? index(g, v.length) : '0';
      return [v.name, '[', inner, ']'];
    }
    default:
      return v.form satisfies never;
  }
}

function suits(v: Variable, type: GoType, wanted: Wanted): boolean {
  if (wanted.unshared === true && (v.shared || v.form !== 'value')) return false;
  if (wanted.constantIndex === true && v.form === 'slice') return false;
  if (wanted.assignable === true && !v.assignable) return false;
  if (wanted.addressable === true && !v.addressable) return false;
  return contains(v.type, type);
}

/** A place that holds a value of the type; null when no variable does. */
export function place(g: Gen, type: GoType, wanted: Wanted = {}): Piece | null {
  const found = visible(g).filter((v) => suits(v, type, wanted));
  if (found.length === 0) return null;
  // Late declarations are more interesting than early ones.
  const v = g.random.chance(0.5)
    ? must(found[found.length - 1 - g.random.below(Math.min(4, found.length))], 'a variable')
    : g.random.pick(found);
  g.used.add('variable');
  if (wanted.addressable === true) v.shared = true;
  return { ...of(type)``, parts: [...start(g, v, isSame(v.type, type)), ...walk(g, v.type, type, wanted)] };
}

/** Types of which there is something to assign to. */
export function assignableTypes(g: Gen, kind: GoType['kind'] | null): readonly GoType[] {
  const types = new Map<string, GoType>();
  const add = (type: GoType): void => {
    if (kind === null || type.kind === kind) types.set(type.name, type);
    if (type.kind === 'array') add(type.element);
    if (type.kind === 'struct') for (const f of type.fields) add(f.type);
  };
  for (const v of visible(g)) if (v.assignable && allowed(g, v)) add(v.type);
  return [...types.values()];
}

/** Pure functions write only what is theirs. */
const allowed = (g: Gen, v: Variable): boolean => !g.func.pure || !g.globals.includes(v);

/** A place to assign to. */
export function target(g: Gen, type: GoType, wanted: Wanted = {}): Piece | null {
  const before = g.globals;
  if (g.func.pure) g.globals = [];
  const found = place(g, type, { ...wanted, assignable: true });
  g.globals = before;
  return found;
}

/** Any integer that varies. */
export function anyPlace(g: Gen): { readonly piece: Piece; readonly type: IntType } {
  const found = visible(g).filter((v) => v.type.kind === 'int' && v.form === 'value');
  const v = found.length > 0 ? g.random.pick(found) : null;
  if (v !== null && v.type.kind === 'int') return { piece: of(v.type)`${v.name}`, type: v.type };
  const any = must(visible(g)[0], 'every function has a variable');
  const type = must([uint8, uint64, goInt].find((t) => contains(any.type, t)) ?? null, 'an integer');
  return { piece: must(place(g, type), 'a place'), type };
}

/** Random uses of memory: slices of arrays, copy and clear, encoding/binary, sync/atomic. */

import { byteArrays } from './calls.ts';
import { expression, variable } from './expressions.ts';
import { type Piece, statement } from './piece.ts';
import { declared, fresh, type Gen } from './state.ts';
import { declare, type StatementRow } from './statements.ts';
import { type GoType, goInt, integers, type IntType, isSame, uint8 } from './types.ts';

const localArrays = (g: Gen) =>
  g.scope.filter((v) => v.form === 'value' && v.assignable && v.addressable && v.type.kind === 'array');

function slice(g: Gen): Piece | null {
  if (g.func.loops > 0) return null;
  const arrays = localArrays(g);
  const slices = g.scope.filter((v) => v.form === 'slice');
  const again = slices.length > 0 && g.random.chance(0.3);
  if (!again && arrays.length === 0) return null;
  const from = again ? g.random.pick(slices) : g.random.pick(arrays);
  const type: GoType = from.form === 'slice' || from.type.kind !== 'array' ? from.type : from.type.element;
  const most = from.form === 'slice' ? from.length : from.type.kind === 'array' ? from.type.length : 0;
  const low = g.random.below(most + 1);
  const high = low + g.random.below(most - low + 1);
  const name = fresh(g, 's');
  from.shared = true;
  g.used.add('slice');
  if (g.random.chance(0.2)) {
    const dynamic = variable(g, g.random.pick<IntType>([uint8, goInt]), 1);
    declare(g, declared(name, type, { form: 'slice', length: 0 }));
    return statement`${name} := ${from.name}[${dynamic} & 1:]\n_ = ${name}\n`;
  }
  declare(g, declared(name, type, { form: 'slice', length: high - low }));
  const bounds = g.random.pick([
    `${low}:${high}`,
    `${low}:${high}:${high}`,
    high === most ? `${low}:` : `${low}:${high}`,
  ]);
  return statement`${name} := ${from.name}[${bounds}]\n_ = ${name}\n`;
}

function copies(g: Gen): Piece | null {
  const slices = g.scope.filter((v) => v.form === 'slice');
  const to = [...slices, ...localArrays(g)];
  if (to.length === 0) return null;
  const element = (v: (typeof to)[number]): GoType =>
    v.form === 'slice' || v.type.kind !== 'array' ? v.type : v.type.element;
  const text = (v: (typeof to)[number]): string => {
    v.shared = true;
    return v.form === 'slice' ? v.name : `${v.name}[${g.random.chance(0.3) ? '1' : ''}:]`;
  };
  const a = g.random.pick(to);
  if (g.random.chance(0.25) && a.form === 'slice') {
    g.used.add('clear');
    return statement`clear(${a.name})\n`;
  }
  const b = g.random.pick(to.filter((v) => isSame(element(v), element(a))));
  g.used.add('copy');
  const name = fresh(g, 'v');
  const made = statement`${name} := copy(${text(a)}, ${text(b)})\n_ = ${name}\n`;
  declare(g, declared(name, goInt));
  return made;
}

function bytes(g: Gen): Piece {
  const type = g.random.pick(byteArrays);
  const name = fresh(g, 'b');
  const width = g.random.pick([16, 32, 64] as const);
  const value = expression(
    g,
    { kind: 'int', name: `uint${width}`, bits: width, signed: false, parameter: false },
    2,
  );
  declare(g, declared(name, type, { shared: true }));
  g.used.add('binary-write');
  const at = g.random.below(type.length - width / 8 + 1);
  const order = g.random.pick(['Little', 'Big'] as const);
  return statement`var ${name} ${type.name}\nbinary.${order}Endian.PutUint${width}(${name}[${at}:], ${value})\n`;
}

/** Fetching atomics are of v3. */
const fetches = (g: Gen): boolean => g.cpu === 'v3' || g.cpu === 'v4';

function atomics(g: Gen): Piece | null {
  if (g.func.pure || g.atomics.length === 0) return null;
  const a = g.random.pick(g.atomics);
  const type = a.type;
  if (type.kind !== 'int') return null;
  const suffix = `${type.name[0]?.toUpperCase() ?? ''}${type.name.slice(1)}`;
  const value = expression(g, type, 2);
  if (a.method) g.used.add('atomic-type');
  const call = (name: string, args: Piece): Piece =>
    a.method
      ? statement`${a.name}.${name}(${args})`
      : statement`atomic.${name}${suffix}(&${a.name}, ${args})`;
  if (!fetches(g) || g.random.chance(0.4)) {
    g.used.add('atomic-add');
    return statement`${call('Add', value)}\n`;
  }
  const name = fresh(g, 'v');
  const how = g.random.pick(['add', 'store', 'swap', 'compare-and-swap'] as const);
  g.used.add(`atomic-${how}`);
  if (how === 'store') return statement`${call('Store', value)}\n`;
  if (how === 'compare-and-swap')
    return statement`if ${call('CompareAndSwap', statement`${variable(g, type, 0)}, ${value}`)} {\n${call('Add', expression(g, type, 0))}\n}\n`;
  const made = statement`${name} := ${call(how === 'add' ? 'Add' : 'Swap', value)}\n_ = ${name}\n`;
  declare(g, declared(name, type));
  return made;
}

/** A value written through slice elements of another width. */
function elements(g: Gen): Piece | null {
  const slices = g.scope.filter((v) => v.form === 'slice' && v.type.kind === 'int');
  if (slices.length === 0) return null;
  const s = g.random.pick(slices);
  const type = s.type;
  const at = variable(g, g.random.pick(integers.filter((t) => !t.signed)), 1);
  return statement`if n := len(${s.name}); n > 0 {\n${s.name}[int(${at}%5)%n] = ${expression(g, type, 2)}\n}\n`;
}

export const memoryRows: readonly StatementRow[] = [
  { weight: 3, make: slice },
  { weight: 2, make: copies },
  { weight: 1, make: bytes },
  { weight: 3, make: atomics },
  { weight: 2, make: elements },
];

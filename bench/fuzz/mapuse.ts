/** Random uses of maps: of the SDK's types, and of Go's own. */

import { expression, variable } from './expressions.ts';
import { type Piece, statement } from './piece.ts';
import { declared, fresh, type Gen, inScope, type MapVariable } from './state.ts';
import { body, declare, type StatementRow } from './statements.ts';
import { int32, uint32 } from './types.ts';

/** Few different keys, so that they meet. */
function key(g: Gen, m: MapVariable): Piece {
  const { key: type } = m;
  if (type.kind !== 'int') return expression(g, type, 1);
  return m.kind === 'Array'
    ? statement`${variable(g, uint32, 1)} % ${m.entries + (g.random.chance(0.2) ? 1 : 0)}`
    : statement`${variable(g, type, 1)} & 7`;
}

function pick(g: Gen, kinds: readonly MapVariable['kind'][]): MapVariable | null {
  if (g.func.pure) return null;
  const found = g.maps.filter((m) => kinds.includes(m.kind));
  return found.length === 0 ? null : g.random.pick(found);
}

/** While a value is pointed to, nothing may change its map: the kernel would use its memory again. */
function withoutMaps<T>(g: Gen, make: () => T): T {
  const { maps, callables } = g;
  g.maps = [];
  g.callables = callables.filter((c) => c.pure);
  const result = make();
  g.maps = maps;
  g.callables = callables;
  return result;
}

function lookup(g: Gen): Piece | null {
  const m = pick(g, ['HashMap', 'Array']);
  if (m === null || g.room < 2) return null;
  g.used.add(m.kind === 'Array' ? 'array-lookup' : 'hash-lookup');
  const name = fresh(g, 'p');
  const at = key(g, m);
  return inScope(g, () => {
    declare(g, declared(name, m.value, { form: 'pointer' }));
    const pointed = g.random.chance(0.9);
    if (!pointed)
      return statement`${name} := ${m.name}.Lookup(${at})\n*${name} = ${expression(g, m.value, 2)}\n`;
    const changed = expression(g, m.value, 2);
    return withoutMaps(
      g,
      () =>
        statement`if ${name} := ${m.name}.Lookup(${at}); ${name} != nil {\n*${name} = ${changed}\n${body(g, 2)}}\n`,
    );
  });
}

function update(g: Gen): Piece | null {
  const m = pick(g, ['HashMap', 'Array']);
  if (m === null) return null;
  g.used.add('hash-update');
  const flags =
    m.kind === 'Array' ? 'bpf.Any' : g.random.pick(['bpf.Any', 'bpf.Any', 'bpf.NoExist', 'bpf.Exist']);
  const name = fresh(g, 'v');
  const made = statement`${name} := int32(${m.name}.Update(${key(g, m)}, ${expression(g, m.value, 2)}, ${flags}))\n_ = ${name}\n`;
  declare(g, declared(name, int32));
  return made;
}

function remove(g: Gen): Piece | null {
  const m = pick(g, ['HashMap']);
  if (m === null) return null;
  g.used.add('hash-delete');
  const name = fresh(g, 'v');
  const made = statement`${name} := int32(${m.name}.Delete(${key(g, m)}))\n_ = ${name}\n`;
  declare(g, declared(name, int32));
  return made;
}

function lookupOrInit(g: Gen): Piece | null {
  const m = pick(g, ['HashMap']);
  if (m === null || m.value.kind !== 'int') return null;
  g.used.add('lookup-or-init');
  const name = fresh(g, 'p');
  return statement`if ${name} := ${m.name}.LookupOrInit(${key(g, m)}, ${expression(g, m.value, 1)}); ${name} != nil {\n*${name} += ${expression(g, m.value, 1)}\n}\n`;
}

function goMap(g: Gen): Piece | null {
  const m = pick(g, ['go']);
  if (m === null || m.value.kind !== 'int') return null;
  const at = key(g, m);
  switch (g.random.below(5)) {
    case 0: {
      g.used.add('go-map-delete');
      return statement`delete(${m.name}, ${at})\n`;
    }
    case 1: {
      g.used.add('go-map-increment');
      return statement`${m.name}[${at}] += ${expression(g, m.value, 1)}\n`;
    }
    case 2: {
      g.used.add('go-map-write');
      return statement`${m.name}[${at}] = ${expression(g, m.value, 2)}\n`;
    }
    default: {
      g.used.add('go-map-read');
      const v = fresh(g, 'v');
      const ok = fresh(g, 'ok');
      const made = statement`${v}, ${ok} := ${m.name}[${at}]\n_, _ = ${v}, ${ok}\n`;
      declare(g, declared(v, m.value));
      declare(g, declared(ok, { kind: 'bool', name: 'bool' }));
      return made;
    }
  }
}

export const mapRows: readonly StatementRow[] = [
  { weight: 2, make: lookup },
  { weight: 2, make: update },
  { weight: 1, make: remove },
  { weight: 1, make: lookupOrInit },
  { weight: 2, make: goMap },
];

/** Random conditions. */

import { call } from './calls.ts';
import { anyInt, expression, of, type Row, variable } from './expressions.ts';
import type { Piece } from './piece.ts';
import { place } from './places.ts';
import { type Gen, visible } from './state.ts';
import { type BoolType, bool, literalValue } from './types.ts';

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const;

function compare(g: Gen, type: BoolType, depth: number): Piece {
  g.used.add('compare');
  const known = g.scope.filter((v) => v.form === 'value' && v.type.kind === 'int');
  const chosen = known.length > 0 && g.random.chance(0.5) ? g.random.pick(known).type : anyInt(g);
  const of_ = chosen.kind === 'int' ? chosen : anyInt(g);
  const left = variable(g, of_, depth - 1);
  const op = g.random.pick(comparisons);
  if (g.random.chance(0.5)) return of(type)`(${left} ${op} ${String(literalValue(g.random, of_))})`;
  return of(type)`(${left} ${op} ${expression(g, of_, depth - 1)})`;
}

function compareAggregates(g: Gen, type: BoolType, depth: number): Piece | null {
  const found = visible(g).filter((v) => v.type.kind === 'array' || v.type.kind === 'struct');
  if (found.length === 0) return null;
  const of_ = g.random.pick(found).type;
  g.used.add(of_.kind === 'array' ? 'compare-array' : 'compare-struct');
  const left = place(g, of_);
  return left === null
    ? null
    : of(type)`(${left} ${g.random.pick(['==', '!='])} ${expression(g, of_, depth - 1)})`;
}

function comparePointers(g: Gen, type: BoolType): Piece | null {
  const found = g.scope.filter((v) => v.form === 'pointer');
  if (found.length === 0) return null;
  g.used.add('compare-pointer');
  const first = g.random.pick(found);
  const same = found.filter((v) => v.type.name === first.type.name);
  const second = g.random.chance(0.5) ? 'nil' : g.random.pick(same).name;
  return of(type)`(${first.name} ${g.random.pick(['==', '!='])} ${second})`;
}

function logic(g: Gen, type: BoolType, depth: number): Piece {
  g.used.add('short-circuit');
  const op = g.random.pick(['&&', '||', '&&', '||', '==', '!=']);
  return of(type)`(${variable(g, bool, depth - 1)} ${op} ${variable(g, bool, depth - 1)})`;
}

function not(g: Gen, type: BoolType, depth: number): Piece {
  g.used.add('not');
  return of(type)`(!${variable(g, bool, depth - 1)})`;
}

const deep: readonly Row<BoolType>[] = [
  { weight: 10, make: compare },
  { weight: 2, make: compareAggregates },
  { weight: 1, make: comparePointers },
  { weight: 5, make: logic },
  { weight: 2, make: not },
  { weight: 5, make: (g, type) => place(g, type) },
  { weight: 2, make: call },
];

const flat: readonly Row<BoolType>[] = [
  { weight: 4, make: (g, type) => place(g, type) },
  { weight: 3, make: (g, type) => compare(g, type, 0) },
];

export const booleanRows = (depth: number): readonly Row<BoolType>[] => (depth <= 0 ? flat : deep);

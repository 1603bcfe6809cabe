/**
 * Loops: `for` in all forms and `range` over everything that can be ranged over.
 *
 *     for i, c := range arr { … }   →   head(i): branch i < len, body, done;  body: c = arr[i]; …;  next: jump head(i+1)
 *
 * Variables that a loop declares are new in each round. Since closures are expanded where they are called and
 * pointers to locals do not outlive their scope, a variable's slot can be used again in the next round.
 */

import type { TExpr, TFor, TRange, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import { sizeof } from '../check/layout.ts';
import type { BlockId, ValueId } from '../ir/ir.ts';
import { bodyFacts } from './analysis.ts';
import { condition } from './conditions.ts';
import { at, type Context, report } from './context.ts';
import { arith, branch, checkNil, compare, constant, enter, int, jump, known } from './emit.ts';
import { expression, isPlace, operand, scalarValue } from './expressions.ts';
import { order } from './integers.ts';
import { indexed, place } from './places.ts';
import { rangeFunction } from './rangefunc.ts';
import { arrayLength, elemOf, scalarOf, shapeOf } from './shapes.ts';
import { bytesAddr } from './slices.ts';
import { assignee, block, statement } from './statements.ts';
import { runesOf } from './strings.ts';
import { type Binding, scalar, type Value } from './values.ts';
import { partBinding, read } from './variables.ts';

export function forStatement(cx: Context, stmt: TFor): void {
  if (stmt.init !== null) statement(cx, stmt.init);
  const head = cx.b.newBlock();
  const body = cx.b.newBlock();
  const next = cx.b.newBlock();
  const done = cx.b.newBlock();
  jump(cx, head);
  enter(cx, head);
  at(cx, stmt.cond?.span ?? stmt.span);
  if (stmt.cond === null) jump(cx, body);
  else condition(cx, stmt.cond, body, done);
  enter(cx, body);
  inLoop(cx, stmt.label, done, next, () => block(cx, stmt.body));
  if (cx.b.current !== null) jump(cx, next);
  enter(cx, next);
  if (stmt.post !== null) statement(cx, stmt.post);
  jump(cx, head);
  enter(cx, done);
}

export function inLoop(
  cx: Context,
  label: string | null,
  breakTo: BlockId,
  continueTo: BlockId,
  lower: () => void,
): void {
  cx.frame.targets.push({ kind: 'statement', label, breakTo, continueTo });
  lower();
  cx.frame.targets.pop();
}

/** Gives the loop's variables, or the lvalues, their values of this round. */
export function bindRound(cx: Context, stmt: TRange, key: () => Value, value: () => Value): void {
  const targets = [stmt.key, stmt.value] as const;
  const assigns = targets.map((x) => (x === null ? null : assignee(cx, x)));
  if (assigns[0]) assigns[0](key());
  if (assigns[1]) assigns[1](value());
}

export function rangeStatement(cx: Context, stmt: TRange): void {
  switch (stmt.over) {
    case 'int':
      rangeInt(cx, stmt);
      return;
    case 'array':
    case 'arrayptr':
      rangeArray(cx, stmt);
      return;
    case 'slice':
      rangeSlice(cx, stmt);
      return;
    case 'string':
      rangeString(cx, stmt);
      return;
    case 'func':
      rangeFunction(cx, stmt);
      return;
    default:
      stmt.over satisfies never;
      return;
  }
}

/** `limit` rounds, the count in a block parameter of `type`. */
function rounds(
  cx: Context,
  stmt: TRange,
  limit: ValueId,
  signed: boolean,
  round: (i: ValueId) => void,
): void {
  const type = cx.b.typeOf(limit);
  const head = cx.b.newBlock([type]);
  const body = cx.b.newBlock();
  const next = cx.b.newBlock();
  const done = cx.b.newBlock();
  jump(cx, head, [constant(cx, type, 0n)]);
  enter(cx, head);
  const i = cx.b.param(head, 0);
  const n = known(cx, limit);
  branch(cx, order(cx, '<', i, limit, signed), body, done);
  enter(cx, body);
  if (n !== null && n > 0n) cx.maxima.set(i, n - 1n);
  inLoop(cx, stmt.label, done, next, () => {
    round(i);
    block(cx, stmt.body);
  });
  if (cx.b.current !== null) jump(cx, next);
  enter(cx, next);
  cx.maxima.delete(i);
  jump(cx, head, [arith(cx, 'add', i, constant(cx, type, 1n))]);
  enter(cx, done);
}

const noValue = (): Value => unreachable('this range has no second value');

function rangeInt(cx: Context, stmt: TRange): void {
  const limit = scalarValue(cx, stmt.x);
  rounds(cx, stmt, limit, scalarOf(stmt.x.type).signed, (i) => bindRound(cx, stmt, () => scalar(i), noValue));
}

function rangeArray(cx: Context, stmt: TRange): void {
  const arrayType: Type = stmt.over === 'arrayptr' ? elemOf(stmt.x.type) : stmt.x.type;
  const length = int(cx, arrayLength(arrayType));
  const elem = elemOf(arrayType);
  const wanted = stmt.value !== null && !isBlank(stmt.value);
  const whole = wanted ? rangedArray(cx, stmt, arrayType) : null;
  if (!wanted && stmt.over === 'arrayptr') expression(cx, stmt.x);
  rounds(cx, stmt, length, false, (i) =>
    bindRound(
      cx,
      stmt,
      () => scalar(i),
      () => (whole === null ? noValue() : read(cx, element(cx, whole, arrayType, i, stmt), elem)),
    ),
  );
}

function isBlank(x: TVar | TExpr): boolean {
  return x.kind === 'var' && x.name === '_';
}

/** `range` over an array ranges over a copy of it, unless the body cannot change it. */
function rangedArray(cx: Context, stmt: TRange, type: Type): Binding {
  if (stmt.over === 'arrayptr') {
    const pointer = expression(cx, stmt.x);
    if (pointer.kind === 'scalar') {
      checkNil(cx, pointer.id);
      return { kind: 'memory', addr: { kind: 'pointer', base: pointer.id, offset: 0 }, exact: true };
    }
    return pointer.kind === 'ref' && pointer.binding !== null ? pointer.binding : unreachable('no array');
  }
  const { body } = cx.frame;
  if (stmt.x.kind === 'varref') {
    const v = stmt.x.var;
    if (!body.written.has(v) && !body.addressed.has(v) && !v.addressed && !v.assigned)
      return place(cx, stmt.x)();
  }
  // Behind a pointer or in a package variable: in place too if the body only writes locals that nothing points to.
  const inside = bodyFacts(stmt.body);
  const reached = [...inside.written].some((v) => v.addressed || body.addressed.has(v));
  const shared = isPlace(stmt.x) && (inside.effects || reached || rootIsLocal(stmt.x));
  const value = shared ? operand(cx, stmt.x) : expression(cx, stmt.x);
  if (value.kind === 'memory') return { kind: 'memory', addr: value.addr, exact: true };
  return value.kind === 'record' ? { kind: 'value', value } : unreachable(`range over a ${shapeOf(type)}`);
}

/** Does the place lie in a local variable, which the body may write? */
function rootIsLocal(x: TExpr): boolean {
  let root = x;
  while (root.kind === 'field' || root.kind === 'index' || root.kind === 'convert') root = root.x;
  return root.kind === 'varref';
}

function element(cx: Context, whole: Binding, type: Type, i: ValueId, stmt: TRange): Binding {
  if (whole.kind === 'memory')
    return { kind: 'memory', addr: indexed(cx, whole.addr, i, sizeof(elemOf(type))), exact: true };
  report(cx, 'variable-index', stmt.x.span, {});
  return partBinding(whole, type, 0);
}

function rangeSlice(cx: Context, stmt: TRange): void {
  const slice = expression(cx, stmt.x);
  if (slice.kind !== 'slice') {
    unreachable('range over no slice');
    return;
  }
  const elem = elemOf(stmt.x.type);
  const size = sizeof(elem);
  rounds(cx, stmt, slice.len, true, (i) =>
    bindRound(
      cx,
      stmt,
      () => scalar(i),
      () => {
        const addr = bytesAddr(cx, slice, arith(cx, 'mul', i, int(cx, size)), size);
        return read(cx, { kind: 'memory', addr, exact: true }, elem);
      },
    ),
  );
}

/** The string is a constant: one round per rune, the body once, the runes in a table of comparisons. */
function rangeString(cx: Context, stmt: TRange): void {
  const s = expression(cx, stmt.x);
  if (s.kind !== 'string' || s.text === null) {
    report(cx, 'string-not-constant', stmt.x.span, {});
    return;
  }
  const runes = runesOf(s.text);
  const body = cx.b.newBlock(['i64', 'i64', 'i32']);
  const next = cx.b.newBlock();
  const done = cx.b.newBlock();
  const first = runes[0];
  if (first === undefined) return;
  const pass = (n: number): readonly ValueId[] => [
    int(cx, n),
    int(cx, runes[n]!.index),
    constant(cx, 'i32', BigInt(runes[n]!.rune)),
  ];
  jump(cx, body, pass(0));
  enter(cx, body);
  const [n, index, rune] = [cx.b.param(body, 0), cx.b.param(body, 1), cx.b.param(body, 2)];
  inLoop(cx, stmt.label, done, next, () => {
    bindRound(
      cx,
      stmt,
      () => scalar(index),
      () => scalar(rune),
    );
    block(cx, stmt.body);
  });
  if (cx.b.current !== null) jump(cx, next);
  enter(cx, next);
  for (let k = 1; k < runes.length; k++) {
    const here = cx.b.newBlock();
    const other = cx.b.newBlock();
    branch(cx, compare(cx, 'icmp.eq', n, int(cx, k - 1)), here, other);
    enter(cx, here);
    jump(cx, body, pass(k));
    enter(cx, other);
  }
  jump(cx, done);
  enter(cx, done);
}

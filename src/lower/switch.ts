/**
 * `switch`: the tag once, values compared in source order, bodies that end or fall through.
 *
 *     switch x { case 1, 2: a(); fallthrough; default: b() }
 *       →  branch x == 1, body1, t2;  t2: branch x == 2, body1, body2;  body1: a(); jump body2;  body2: b()
 */

import type { TExpr, TSwitch } from '../ast/typed.ts';
import type { BlockId } from '../ir/ir.ts';
import { comparison } from './compare.ts';
import { condition } from './conditions.ts';
import { at, type Context } from './context.ts';
import { branch, enter, jump } from './emit.ts';
import { expression, operand } from './expressions.ts';
import { statement, statements } from './statements.ts';
import type { Value } from './values.ts';

export function switchStatement(cx: Context, stmt: TSwitch): void {
  if (stmt.init !== null) statement(cx, stmt.init);
  const { tag } = stmt;
  const value = tag === null ? null : operand(cx, tag);
  const done = cx.b.newBlock();
  const bodies = stmt.cases.map(() => cx.b.newBlock());
  for (const [i, clause] of stmt.cases.entries()) {
    for (const x of clause.values ?? []) test(cx, tag, value, x, bodies[i]!);
  }
  const otherwise = stmt.cases.findIndex((clause) => clause.values === null);
  jump(cx, bodies[otherwise] ?? done);
  cx.frame.targets.push({ kind: 'statement', label: stmt.label, breakTo: done, continueTo: null });
  for (const [i, clause] of stmt.cases.entries()) {
    enter(cx, bodies[i]!);
    statements(cx, clause.body);
    if (cx.b.current !== null) jump(cx, (clause.fallthrough ? bodies[i + 1] : undefined) ?? done);
  }
  cx.frame.targets.pop();
  enter(cx, done);
}

function test(cx: Context, tag: TExpr | null, value: Value | null, x: TExpr, body: BlockId): void {
  const next = cx.b.newBlock();
  if (tag === null || value === null) condition(cx, x, body, next);
  else {
    const other = expression(cx, x);
    at(cx, x.span);
    branch(cx, comparison(cx, '==', value, other, tag.type, x.span), body, next);
  }
  enter(cx, next);
}

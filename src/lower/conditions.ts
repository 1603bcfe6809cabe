/**
 * Conditions as control flow: short circuit, and what a comparison with nil teaches.
 *
 *     if p != nil && p.n > 0 { … }   →  branch p != nil, b1, else;  b1: (p is not nil here) branch p.n > 0, then, else
 */

import type { TExpr } from '../ast/typed.ts';
import type { BlockId, ValueId } from '../ir/ir.ts';
import { comparison } from './compare.ts';
import { at, type Context } from './context.ts';
import { assume, branch, constant, enter, jump, known } from './emit.ts';
import { expression, scalarValue } from './expressions.ts';
import type { Value } from './values.ts';

/** Goes to one block or the other. */
export function condition(cx: Context, root: TExpr, then: BlockId, otherwise: BlockId): void {
  // The left spine of && and || in a loop: each operand decides, or leaves it to the next.
  interface Pending {
    readonly x: TExpr;
    readonly then: BlockId;
    readonly otherwise: BlockId;
    /** Entered before the condition is emitted. */
    readonly at: BlockId | null;
  }
  const work: Pending[] = [{ x: root, then, otherwise, at: null }];
  for (let p = work.pop(); p !== undefined; p = work.pop()) {
    if (p.at !== null) enter(cx, p.at);
    if (p.x.kind === 'logical') {
      const next = cx.b.newBlock();
      work.push({ x: p.x.y, then: p.then, otherwise: p.otherwise, at: next });
      const left =
        p.x.op === '&&' ? { then: next, otherwise: p.otherwise } : { then: p.then, otherwise: next };
      work.push({ x: p.x.x, ...left, at: null });
    } else if (p.x.kind === 'unary' && p.x.op === '!') {
      work.push({ x: p.x.x, then: p.otherwise, otherwise: p.then, at: null });
    } else if (p.x.kind === 'compare' && (p.x.op === '==' || p.x.op === '!=') && nilOperand(p.x.x, p.x.y)) {
      nilTest(cx, p.x, p.then, p.otherwise);
    } else {
      const value = scalarValue(cx, p.x);
      at(cx, p.x.span);
      branch(cx, value, p.then, p.otherwise);
    }
  }
}

function nilOperand(x: TExpr, y: TExpr): boolean {
  return x.kind === 'nil' || y.kind === 'nil';
}

function nilTest(cx: Context, x: TExpr & { kind: 'compare' }, then: BlockId, otherwise: BlockId): void {
  const left = expression(cx, x.x);
  const right = expression(cx, x.y);
  at(cx, x.opSpan);
  const cond = comparison(cx, x.op, left, right, x.x.type, x.span);
  const tested = pointerOf(x.x.kind === 'nil' ? right : left);
  if (tested === null || known(cx, cond) !== null) {
    branch(cx, cond, then, otherwise);
    return;
  }
  // The edge on which the pointer is not nil goes through a block of its own, where that is a fact.
  const proved = cx.b.newBlock();
  const goal = x.op === '!=' ? then : otherwise;
  branch(cx, cond, x.op === '!=' ? proved : then, x.op === '!=' ? otherwise : proved);
  enter(cx, proved);
  assume(cx, tested);
  jump(cx, goal);
}

function pointerOf(value: Value): ValueId | null {
  return value.kind === 'scalar' ? value.id : null;
}

/** `x && y` as a value. */
export function conditionValue(cx: Context, x: TExpr): ValueId {
  const yes = cx.b.newBlock();
  const no = cx.b.newBlock();
  const join = cx.b.newBlock(['i32']);
  condition(cx, x, yes, no);
  enter(cx, yes);
  jump(cx, join, [constant(cx, 'i32', 1n)]);
  enter(cx, no);
  jump(cx, join, [constant(cx, 'i32', 0n)]);
  enter(cx, join);
  return cx.b.param(join, 0);
}

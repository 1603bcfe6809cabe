/**
 * `range` over a function: the iterator's body is expanded here, and the loop's body where it calls yield.
 *
 *     for x := range seq { if x > 3 { return x } }
 *       →  seq's body with yield(x) = { state == 0 or abort; if x > 3 { result = x; state = 1; return false }; true }
 *          then: state == 1 → return
 *
 * A jump out of the loop's body sets the state and makes yield return false; it happens once the iterator has
 * returned, after its deferred calls. Calling yield again after that is a panic, as in Go.
 */

import { labelsIn } from '../ast/labels.ts';
import type { TRange } from '../ast/typed.ts';
import { must } from '../base/assert.ts';
import { callValue } from './calls.ts';
import type { Context, Frame } from './context.ts';
import { abortIf, branch, compare, constant, enter, jump, loadCell, newCell, storeCell } from './emit.ts';
import { expression } from './expressions.ts';
import { bindRound } from './loops.ts';
import { block } from './statements.ts';
import { scalar, type Value } from './values.ts';

/** States of the loop: yield may be called; the iterator has returned; numbers from 2: a jump to make. */
const running = 0n;
const exited = 1n;

export function rangeFunction(cx: Context, stmt: TRange): void {
  const seq = expression(cx, stmt.x);
  const state = newCell(cx, 'i32');
  const setState = (value: bigint): void => storeCell(cx, state, constant(cx, 'i32', value));
  setState(running);
  const { frame } = cx;
  const jumps: (() => void)[] = [];
  const call = (args: readonly Value[]): Value =>
    yieldCall(cx, stmt, frame, args, {
      check: () =>
        abortIf(cx, compare(cx, 'icmp.ne', loadCell(cx, state, 'i32'), constant(cx, 'i32', running))),
      leave: (go) => {
        setState(BigInt(jumps.push(go)) + exited);
      },
    });
  callValue(
    cx,
    seq,
    [{ kind: 'func', callable: { kind: 'yield', call }, set: null }],
    stmt.x.type,
    stmt.x.span,
  );
  const left = loadCell(cx, state, 'i32');
  setState(exited);
  jumps.forEach((go, i) => {
    const here = cx.b.newBlock();
    const next = cx.b.newBlock();
    branch(cx, compare(cx, 'icmp.eq', left, constant(cx, 'i32', BigInt(i + 1) + exited)), here, next);
    enter(cx, here);
    go();
    if (cx.b.current !== null) jump(cx, next);
    enter(cx, next);
  });
}

interface Yield {
  /** Panics if yield may not be called any more. */
  readonly check: () => void;
  /** Notes a jump to make after the iterator has returned. */
  readonly leave: (go: () => void) => void;
}

/** The loop's body, expanded at a call of yield; gives yield's result. */
function yieldCall(cx: Context, stmt: TRange, frame: Frame, args: readonly Value[], how: Yield): Value {
  how.check();
  const more = cx.b.newBlock();
  const stop = cx.b.newBlock();
  const join = cx.b.newBlock(['i32']);
  const iterator = cx.frame;
  cx.frame = frame;
  const leave = (go: () => void): void => {
    how.leave(go);
    jump(cx, stop);
  };
  const broken = cx.b.newBlock();
  const labels = new Map(labelsIn(stmt.body).map((label) => [label, cx.b.newBlock()]));
  frame.targets.push({ kind: 'crossing', leave, labels });
  frame.targets.push({ kind: 'statement', label: stmt.label, breakTo: broken, continueTo: more });
  bindRound(
    cx,
    stmt,
    () => must(args[0], 'yield without argument'),
    () => must(args[1], 'yield without second argument'),
  );
  block(cx, stmt.body);
  if (cx.b.current !== null) jump(cx, more);
  frame.targets.pop();
  frame.targets.pop();
  enter(cx, broken);
  leave(() => {});
  cx.frame = iterator;
  enter(cx, more);
  jump(cx, join, [constant(cx, 'i32', 1n)]);
  enter(cx, stop);
  jump(cx, join, [constant(cx, 'i32', 0n)]);
  enter(cx, join);
  return scalar(cx.b.param(join, 0));
}

/**
 * Deferred calls: run innermost first when a function returns and when it aborts.
 *
 *     defer a(); if c { defer b() }; return 1
 *       →  exit block: if armed(b) { b() }; a(); return 1      abort block: the same, then abort
 *
 * Blocks are made per number of defer statements seen before the exit, so that a statement that has certainly run
 * needs no flag. Invariant: while the n-th deferred call runs on either way, a panic in it runs the n-1 before it.
 */

import { must } from '../base/assert.ts';
import type { BlockId } from '../ir/ir.ts';
import type { BodyFacts } from './analysis.ts';
import type { Context, DeferSite, Frame, Unwind } from './context.ts';
import { branch, constant, enter, jump, loadCell, newCell, storeCell } from './emit.ts';

/** Sites of a body; flags of conditional ones are cleared here, at the start of the function. */
export function deferSites(cx: Context, body: BodyFacts): readonly DeferSite[] {
  return body.defers.map(({ conditional, stmt }) => {
    if (!conditional && !body.hasGoto) return { armed: null, run: null };
    const armed = newCell(cx, 'i32', stmt.call.kind === 'call' ? `defer ${stmt.call.func.name}` : 'defer');
    storeCell(cx, armed, constant(cx, 'i32', 0n));
    return { armed, run: null };
  });
}

/** How many defer statements may have run here: with goto, any. */
function pending(frame: Frame): number {
  return frame.body.hasGoto ? frame.defers.length : frame.seen;
}

/** Where a panic goes from here. */
export function abortTarget(cx: Context): BlockId {
  cx.mayAbort = true;
  return unwindTarget(cx, cx.unwind);
}

function unwindTarget(cx: Context, from: Unwind | null): BlockId {
  for (let u = from; u !== null; u = u.parent) {
    const limit = u.limit ?? pending(u.frame);
    if (limit === 0) continue;
    let block = u.blocks.get(limit);
    if (block === undefined) {
      block = cx.b.newBlock();
      u.blocks.set(limit, block);
    }
    return block;
  }
  cx.abortBlock ??= cx.b.newBlock();
  return cx.abortBlock;
}

/** `return`, results being set: runs the deferred calls and leaves. */
export function exitFrame(cx: Context, frame: Frame): void {
  const limit = pending(frame);
  if (limit === 0) {
    frame.leave();
    return;
  }
  let block = frame.exits.get(limit);
  if (block === undefined) {
    block = cx.b.newBlock();
    frame.exits.set(limit, block);
  }
  jump(cx, block);
}

/** Emits the exit and abort blocks asked for; the frame's body is complete. */
export function finishDefers(cx: Context, unwind: Unwind): void {
  const { frame } = unwind;
  const saved = { unwind: cx.unwind, frame: cx.frame };
  cx.frame = frame;
  for (const [limit, block] of frame.exits) {
    enter(cx, block);
    runDefers(cx, unwind, limit);
    frame.leave();
  }
  // Highest first: a panic in a deferred call asks for the block of those before it.
  for (let limit = frame.defers.length; limit > 0; limit--) {
    const block = unwind.blocks.get(limit);
    if (block === undefined) continue;
    enter(cx, block);
    runDefers(cx, unwind, limit);
    jump(cx, unwindTarget(cx, unwind.parent));
  }
  cx.unwind = saved.unwind;
  cx.frame = saved.frame;
}

function runDefers(cx: Context, unwind: Unwind, limit: number): void {
  for (let i = limit - 1; i >= 0; i--) {
    const site = must(unwind.frame.defers[i], 'no such defer');
    const run = must(site.run, 'a deferred call that was not lowered');
    cx.unwind = { ...unwind, limit: i };
    if (site.armed === null) {
      run();
      continue;
    }
    const call = cx.b.newBlock();
    const next = cx.b.newBlock();
    branch(cx, loadCell(cx, site.armed, 'i32'), call, next);
    enter(cx, call);
    run();
    jump(cx, next);
    enter(cx, next);
  }
}

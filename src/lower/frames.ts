/**
 * Frames: the body of a Go function or closure, lowered into the function under construction.
 *
 *     apply(func(x int) int { return x + n })    →   the body of apply, in which its parameter is the closure,
 *                                                    whose body is expanded in turn where apply calls it
 *
 * A function with a parameter or result that is not a scalar or plain memory is expanded at its calls; others are
 * functions of the module (instances.ts).
 */

import type { TBlock, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { bodyFacts } from './analysis.ts';
import { type Context, type Frame, report, type Unwind } from './context.ts';
import { deferSites, exitFrame, finishDefers } from './defers.ts';
import { enter, jump } from './emit.ts';
import { block } from './statements.ts';
import { none, type Value } from './values.ts';
import { declare, newBinding, read, write, zeroValue } from './variables.ts';

export interface Body {
  readonly params: readonly TVar[];
  readonly results: readonly TVar[];
  readonly body: TBlock;
}

/** A frame for a body; the results are variables with their zero values. */
export function newFrame(
  cx: Context,
  body: Body,
  outer: Frame | null,
  leave: (frame: Frame) => void,
  onReturn: Frame['onReturn'] = null,
): Frame {
  const facts = bodyFacts(body.body);
  const results = body.results.map((v) => {
    const binding = newBinding(cx, v.type, { name: v.name, exact: facts.addressed.has(v), key: v });
    write(cx, binding, v.type, zeroValue(cx, v.type), v.span);
    return binding;
  });
  const frame: Frame = {
    vars: new Map(body.results.map((v, i) => [v, results[i]!])),
    outer,
    body: facts,
    results,
    leave: () => leave(frame),
    onReturn,
    targets: [],
    labels: new Map(),
    defers: deferSites(cx, facts),
    seen: 0,
    exits: new Map(),
  };
  return frame;
}

/** Lowers the body in its frame, up to and including its deferred calls. */
export function lowerBody(cx: Context, body: Body, frame: Frame): void {
  const saved = { frame: cx.frame, unwind: cx.unwind };
  const unwind: Unwind = { frame, limit: null, parent: saved.unwind, blocks: new Map() };
  cx.frame = frame;
  cx.unwind = unwind;
  block(cx, body.body);
  if (cx.b.current !== null) exitFrame(cx, frame);
  finishDefers(cx, unwind);
  cx.frame = saved.frame;
  cx.unwind = saved.unwind;
}

/** Bodies in bodies, at most. */
const deepest = 64;

/** The body here, with these arguments, which nothing else refers to; gives the results. */
export function expand(
  cx: Context,
  body: Body,
  args: readonly Value[],
  outer: Frame | null,
  span: Span,
): Value {
  const types = body.results.map((v) => v.type);
  if (cx.depth >= deepest) {
    report(cx, 'expansion-too-deep', span, { limit: deepest });
    return resultValue(types.map((type) => zeroValue(cx, type)));
  }
  const done = cx.b.newBlock();
  const frame = newFrame(cx, body, outer, () => jump(cx, done));
  const saved = cx.frame;
  cx.frame = frame;
  for (const [i, v] of body.params.entries()) declare(cx, v, args[i]!);
  cx.frame = saved;
  cx.depth++;
  lowerBody(cx, body, frame);
  cx.depth--;
  enter(cx, done);
  return resultValue(frame.results.map((binding, i) => read(cx, binding, types[i]!)));
}

/** One result is itself, none or several are a tuple. */
export function resultValue(values: readonly Value[]): Value {
  return values.length === 1 ? values[0]! : values.length === 0 ? none : { kind: 'tuple', values };
}

export function resultTypes(type: Type): readonly Type[] {
  return type.kind === 'tuple' ? type.types : [type];
}

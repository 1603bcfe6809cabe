/**
 * Calls as the simplified verifier walks them: of helpers, which may call back, of functions, of kernel functions, and
 * the way back.
 *
 *     call loop(n, @f, words)    →    on behind the call, and later into @f, whose exit comes back to the call
 */

import { must } from '../base/assert.ts';
import { type HelperRow, helperById, helpers } from '../bpf/helpers.ts';
import { type Line, slotAt } from './code.ts';
import {
  clearArguments,
  ended,
  fork,
  get,
  numberOf,
  type Outcome,
  onward,
  pointer,
  set,
  type Walk,
} from './effect.ts';
import { overwritten, stackPlace } from './memory.ts';
import {
  markPrecise,
  newFrame,
  ownFrame,
  ownTop,
  popFrame,
  pushFrame,
  type State,
  topFrame,
} from './state.ts';
import { constant, isConstant, unknown, type Value } from './values.ts';

function resultOf(walk: Walk, row: HelperRow, map: Value | null): Value {
  const object = map?.kind === 'pointer' ? `value of ${map.object}` : `result ${row.id}`;
  switch (row.result) {
    case 'map-value':
    case 'btf':
      return pointer(object);
    case 'map-value-or-null':
    case 'mem-or-null':
    case 'sock-or-null':
    case 'tcp-sock-or-null':
    case 'btf-or-null':
      return pointer(object, walk.nextId++);
    default:
      return unknown;
  }
}

/** Kinds of arguments that the helper writes through. */
const writtenThrough = /write|out|dynptr|timer/;

export function helperCall(walk: Walk, s: State, line: Line): Outcome {
  const name = helperById(Number(line.inst.imm));
  if (name !== null) {
    const { regs } = topFrame(s);
    const row = helpers[name];
    row.args.forEach((arg, i) => {
      const value = regs[i + 1] ?? null;
      if (arg.kind === 'size' || arg.kind === 'size-or-zero' || arg.kind === 'const-size')
        markPrecise(walk, s, 1 << (i + 1));
      if (!writtenThrough.test(arg.kind)) return;
      const size = regs[i + 2];
      overwritten(
        s,
        value,
        0,
        size?.kind === 'number' && isConstant(size) && size.high < 512n ? Number(size.high) : 8,
      );
    });
    const result = resultOf(walk, row, regs[1] ?? null);
    if (line.callsBack) return callBack(walk, s, row);
    const frame = ownTop(s);
    clearArguments(frame);
    frame.regs[0] = result;
  }
  s.pc++;
  return onward;
}

/** The function that the helper calls is walked from here; its exit comes back to the call. */
function callBack(walk: Walk, s: State, row: HelperRow): Outcome {
  const frame = ownTop(s);
  const at = row.args.findIndex((arg) => arg.kind === 'func') + 1;
  const func = frame.regs[at];
  const context = frame.regs[at + 1] ?? null;
  const index = func?.kind === 'pointer' ? Number(func.object.slice('func'.length)) : 0;
  const callee = newFrame(index, s.pc, true);
  const isLoop = helpers.loop === row;
  if (isLoop) {
    // The verifier counts rounds, too, and walks no more than the helper makes.
    markPrecise(walk, s, 1 << 1);
    if (BigInt(frame.rounds) >= numberOf(frame.regs[1]).high) {
      frame.rounds = 0;
      return behindCall(s);
    }
  }
  const element = pointer('element');
  const args = isLoop ? [unknown, context] : [pointer('argument'), element, element, context];
  args.forEach((value, i) => {
    callee.regs[i + 1] = value;
  });
  if (row === helpers.user_ringbuf_drain) callee.regs[2] = context;
  if (row === helpers.find_vma) callee.regs[3] = context;
  const inner = fork(s, entryOf(walk, index));
  inner.rounds++;
  ownTop(inner).rounds++;
  pushFrame(inner, callee);
  ownTop(s).rounds = 0;
  behindCall(s);
  return { ends: false, other: inner };
}

/** A helper with a number as its result has returned. */
function behindCall(s: State): Outcome {
  const frame = ownTop(s);
  clearArguments(frame);
  frame.regs[0] = unknown;
  s.pc++;
  return onward;
}

const entryOf = (walk: Walk, index: number): number => must(walk.program.funcs[index], 'a function').start;

export function functionCall(walk: Walk, s: State, line: Line): Outcome {
  const frame = ownTop(s);
  const callee = newFrame(line.callee, s.pc + 1, false);
  for (let r = 1; r <= 5; r++) callee.regs[r] = frame.regs[r] ?? null;
  clearArguments(frame);
  pushFrame(s, callee);
  s.pc = entryOf(walk, line.callee);
  return onward;
}

export function exit(walk: Walk, s: State): Outcome {
  const callee = topFrame(s);
  if (s.frames.length === 1) return ended;
  if (callee.callback) markPrecise(walk, s, 1);
  popFrame(s);
  if (!callee.callback) ownTop(s).regs[0] = callee.regs[0] ?? null;
  s.pc = callee.callsite;
  return onward;
}

/** Kernel functions: those of the number iterator by their states, others by an unknown result. */
export function kernelCall(s: State, line: Line): Outcome {
  const name = line.inst.sym?.name ?? '';
  const iterator = get(s, 1);
  const place = stackPlace(iterator, 0);
  const owner = place === null ? undefined : s.frames[place.depth];
  const become = (state: State, value: Value): void => {
    if (place === null || place.offset === null || state.frames[place.depth] === undefined) return;
    const holder = ownFrame(state, place.depth);
    while (holder.stack.length < slotAt(place.offset)) holder.stack.push(null);
    holder.stack[slotAt(place.offset)] = value;
  };
  behindCall(s);
  if (owner === undefined || !name.startsWith('bpf_iter_')) return onward;
  if (name.endsWith('_new')) become(s, pointer('iterator'));
  if (!name.endsWith('_next')) return onward;
  const done = fork(s, s.pc);
  become(done, pointer('drained'));
  set(done, 0, constant(0n));
  set(s, 0, pointer('number'));
  s.rounds++;
  return { ends: false, other: done };
}

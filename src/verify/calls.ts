/**
 * Calls as the simplified verifier walks them: of helpers, which may call back, of functions, of kernel functions, and
 * the way back.
 *
 *     call loop(n, @f, words)    →    on behind the call, and later into @f, whose exit comes back to the call
 */

import { must } from '../base/assert.ts';
import { type HelperRow, helperById, helpers } from '../bpf/helpers.ts';
import { type Line, slotAt } from './code.ts';
import { clearArguments, ended, fork, numberOf, type Outcome, onward, pointer, type Walk } from './effect.ts';
import { overwritten, stackPlace } from './memory.ts';
import { markPrecise, newFrame, type State, topFrame } from './state.ts';
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

export function helperCall(walk: Walk, s: State, line: Line): Outcome {
  const name = helperById(Number(line.inst.imm));
  const frame = topFrame(s);
  if (name !== null) {
    const row = helpers[name];
    row.args.forEach((arg, i) => {
      const value = frame.regs[i + 1] ?? null;
      if (arg.kind === 'size' || arg.kind === 'size-or-zero' || arg.kind === 'const-size')
        markPrecise(walk.program, s, 1 << (i + 1));
      const written = /write|out|dynptr|timer/.test(arg.kind);
      if (!written) return;
      const size = frame.regs[i + 2];
      overwritten(
        s,
        value,
        0,
        size?.kind === 'number' && isConstant(size) && size.high < 512n ? Number(size.high) : 8,
      );
    });
    const result = resultOf(walk, row, frame.regs[1] ?? null);
    if (line.callsBack) return callBack(walk, s, row);
    clearArguments(frame);
    frame.regs[0] = result;
  }
  s.pc++;
  return onward;
}

/** The function that the helper calls is walked from here; its exit comes back to the call. */
function callBack(walk: Walk, s: State, row: HelperRow): Outcome {
  const frame = topFrame(s);
  const at = row.args.findIndex((arg) => arg.kind === 'func') + 1;
  const func = frame.regs[at];
  const context = frame.regs[at + 1] ?? null;
  const index = func?.kind === 'pointer' ? Number(func.object.slice('func'.length)) : 0;
  const inner = fork(s, s.pc);
  const callee = newFrame(index, s.pc, true);
  const isLoop = helpers.loop === row;
  if (isLoop) {
    // The verifier counts rounds, too, and walks no more than the helper makes.
    markPrecise(walk.program, s, 1 << 1);
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
  inner.rounds++;
  topFrame(inner).rounds++;
  inner.frames.push(callee);
  inner.pc = entryOf(walk, index);
  frame.rounds = 0;
  return { ...behindCall(s), others: [inner] };
}

/** A helper with a number as its result has returned. */
function behindCall(s: State): Outcome {
  const frame = topFrame(s);
  clearArguments(frame);
  frame.regs[0] = unknown;
  s.pc++;
  return onward;
}

const entryOf = (walk: Walk, index: number): number => must(walk.program.funcs[index], 'a function').start;

export function functionCall(walk: Walk, s: State, line: Line): Outcome {
  const frame = topFrame(s);
  const callee = newFrame(line.callee, s.pc + 1, false);
  for (let r = 1; r <= 5; r++) callee.regs[r] = frame.regs[r] ?? null;
  clearArguments(frame);
  s.frames.push(callee);
  s.pc = entryOf(walk, line.callee);
  return onward;
}

export function exit(walk: Walk, s: State): Outcome {
  const callee = topFrame(s);
  if (s.frames.length === 1) return ended;
  if (callee.callback) markPrecise(walk.program, s, 1);
  s.frames.pop();
  if (!callee.callback) topFrame(s).regs[0] = callee.regs[0] ?? null;
  s.pc = callee.callsite;
  return onward;
}

/** Kernel functions: those of the number iterator by their states, others by an unknown result. */
export function kernelCall(s: State, line: Line): Outcome {
  const frame = topFrame(s);
  const name = line.inst.sym?.name ?? '';
  const iterator = frame.regs[1] ?? null;
  const place = stackPlace(iterator, 0);
  const owner = place === null ? undefined : s.frames[place.depth];
  const become = (state: State, value: Value): void => {
    const holder = place === null ? undefined : state.frames[place.depth];
    if (holder === undefined || place === null || place.offset === null) return;
    while (holder.stack.length < slotAt(place.offset)) holder.stack.push(null);
    holder.stack[slotAt(place.offset)] = value;
  };
  clearArguments(frame);
  frame.regs[0] = unknown;
  s.pc++;
  if (owner === undefined || !name.startsWith('bpf_iter_')) return onward;
  if (name.endsWith('_new')) become(s, pointer('iterator'));
  if (!name.endsWith('_next')) return onward;
  const done = fork(s, s.pc);
  become(done, pointer('drained'));
  const last = topFrame(done);
  last.regs[0] = constant(0n);
  frame.regs[0] = pointer('number');
  s.rounds++;
  return { ...onward, others: [done] };
}

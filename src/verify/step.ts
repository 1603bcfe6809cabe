/**
 * One instruction of the walk: how it changes the innermost frame, where control goes on, and which numbers it decides
 * by. Accepts what it does not understand: the result is then an unknown number.
 */

import { must } from '../base/assert.ts';
import { type HelperRow, helperById, helpers } from '../bpf/helpers.ts';
import type { IsaRow } from '../bpf/isa.ts';
import { rowOf } from '../bpf/operands.ts';
import { compute, type Decision, decide, relationOf } from './arithmetic.ts';
import { type Line, type Program, slotAt } from './code.ts';
import { forgotten, idOf, loaded, overwritten, stackPlace, widthRange } from './memory.ts';
import { copyFrame, type Frame, markPrecise, newFrame, type State, topFrame } from './state.ts';
import { constant, isConstant, type Numeric, type Pointer, unknown, type Value, withId } from './values.ts';

export interface Walk {
  readonly program: Program;
  readonly big: boolean;
  /** The next number for equal values and for pointers that are nil together. */
  nextId: number;
}

/** Where a step leads: to the state's own pc, and to others that are walked later. */
export interface Outcome {
  readonly ends: boolean;
  readonly others: readonly State[];
  /** The slot that was accessed: frame × 64 + slot; -1: none. */
  readonly slot: number;
}

const onward: Outcome = { ends: false, others: [], slot: -1 };
const ended: Outcome = { ends: true, others: [], slot: -1 };

const pointer = (object: string, maybeNil = 0): Pointer => ({
  kind: 'pointer',
  object,
  offset: constant(0n),
  maybeNil,
});

export const stackPointer = (depth: number): Pointer => pointer(`stack${depth}`);

const numberOf = (value: Value | null | undefined): Numeric => (value?.kind === 'number' ? value : unknown);

function get(s: State, register: number | null): Value | null {
  if (register === 10) return stackPointer(s.frames.length - 1);
  return register === null ? null : (topFrame(s).regs[register] ?? null);
}

function set(s: State, register: number | null, value: Value | null): void {
  if (register !== null && register < 10) topFrame(s).regs[register] = value;
}

/** A state that goes another way from here. */
export function fork(s: State, pc: number): State {
  const { parent, history, rounds } = s;
  return { pc, frames: s.frames.map(copyFrame), parent, history, rounds };
}

function store(s: State, line: Line, row: IsaRow): Outcome {
  const { inst } = line;
  const place = stackPlace(get(s, inst.dst), inst.off);
  const frame = place === null ? undefined : s.frames[place.depth];
  if (place === null || frame === undefined) return onward;
  if (idOf(place) < 0) {
    overwritten(s, get(s, inst.dst), null);
    return onward;
  }
  const offset = place.offset ?? 0;
  const value = inst.src === null ? constant(inst.imm) : get(s, inst.src);
  const n = slotAt(offset);
  while (frame.stack.length < n) frame.stack.push(null);
  if (row.access === 64) frame.stack[n] = value;
  else {
    const bits = row.access ?? 64;
    const number = numberOf(value);
    const old = frame.stack[n] ?? null;
    const clears = number.high === 0n && (old === null || (old.kind === 'number' && old.high === 0n));
    const fits = offset % 8 === 0 && value?.kind === 'number' && number.high < 1n << BigInt(bits);
    frame.stack[n] = clears ? constant(0n) : fits ? number : unknown;
  }
  return { ...onward, slot: idOf(place) };
}

// ---------------------------------------------------------------- arithmetic

function alu(walk: Walk, s: State, line: Line, row: IsaRow): Outcome {
  const { inst } = line;
  const x = get(s, inst.dst);
  const y = inst.src === null ? constant(inst.imm) : get(s, inst.src);
  if (inst.op === 'mov64_reg') {
    let copy = y;
    if (copy?.kind === 'number' && copy.id === 0 && !isConstant(copy)) {
      copy = withId(copy, walk.nextId++);
      set(s, inst.src, copy);
    }
    set(s, inst.dst, copy);
    return onward;
  }
  const adds = inst.op.startsWith('add64');
  if ((adds || inst.op.startsWith('sub64')) && x?.kind === 'pointer' && y?.kind === 'number') {
    if (inst.src !== null && !isConstant(y)) markPrecise(walk.program, s, 1 << inst.src);
    set(s, inst.dst, { ...x, offset: compute(inst.op, row, x.offset, y, walk.big) });
    return onward;
  }
  if (adds && x?.kind === 'number' && y?.kind === 'pointer') {
    if (inst.dst !== null) markPrecise(walk.program, s, 1 << inst.dst);
    set(s, inst.dst, { ...y, offset: compute(inst.op, row, y.offset, x, walk.big) });
    return onward;
  }
  set(s, inst.dst, withId(compute(inst.op, row, numberOf(x), numberOf(y), walk.big), 0));
  return onward;
}

// ---------------------------------------------------------------- branches

function refine(s: State, register: number | null, before: Value | null, after: Numeric): void {
  if (before?.kind !== 'number' || before === after) return;
  if (register !== null && register < 10) set(s, register, { ...after, id: before.id });
  if (before.id === 0) return;
  const same = { ...after, id: before.id };
  for (const frame of s.frames) {
    frame.regs.forEach((value, r) => {
      if (value?.kind === 'number' && value.id === before.id) frame.regs[r] = same;
    });
    frame.stack.forEach((value, n) => {
      if (value?.kind === 'number' && value.id === before.id) frame.stack[n] = same;
    });
  }
}

/** Pointers that are nil together with this one are known from here on. */
function resolveNil(s: State, id: number, isNil: boolean): void {
  const known = (value: Value | null): Value | null =>
    value?.kind === 'pointer' && value.maybeNil === id
      ? isNil
        ? constant(0n)
        : { ...value, maybeNil: 0 }
      : value;
  for (const frame of s.frames) {
    frame.regs.forEach((value, r) => {
      frame.regs[r] = known(value);
    });
    frame.stack.forEach((value, n) => {
      frame.stack[n] = known(value);
    });
  }
}

function branch(walk: Walk, s: State, line: Line, row: IsaRow): Outcome {
  const { inst } = line;
  const next = s.pc + 1;
  const relation = relationOf(inst.op);
  const x = get(s, inst.dst);
  const y = inst.src === null ? constant(inst.imm) : get(s, inst.src);
  const both = (): Outcome => {
    const other = fork(s, line.target);
    s.pc = next;
    return { ...onward, others: [other] };
  };
  if (relation === null) return both();
  const equality = relation === 'eq' || relation === 'ne';
  if (x?.kind === 'pointer' && equality && y?.kind === 'number' && y.high === 0n) {
    // The kernel does not decide these, although they are never nil.
    if (x.object === 'ctx' || x.object.startsWith('stack')) return both();
    if (x.maybeNil === 0) {
      s.pc = relation === 'ne' ? line.target : next;
      return onward;
    }
    const outcome = both();
    resolveNil(must(outcome.others[0], 'the other way'), x.maybeNil, relation === 'eq');
    resolveNil(s, x.maybeNil, relation === 'ne');
    return outcome;
  }
  if (x?.kind !== 'number' || y?.kind !== 'number') return both();
  const { taken, other }: Decision = decide(relation, row.width, x, y);
  if (taken === null || other === null) {
    const registers = (inst.dst === null ? 0 : 1 << inst.dst) | (inst.src === null ? 0 : 1 << inst.src);
    markPrecise(walk.program, s, registers);
    const way = taken ?? other;
    if (way !== null) {
      refine(s, inst.dst, x, way.x);
      refine(s, inst.src, y, way.y);
    }
    s.pc = taken === null ? next : line.target;
    return onward;
  }
  const outcome = both();
  const away = must(outcome.others[0], 'the other way');
  refine(away, inst.dst, x, taken.x);
  refine(away, inst.src, y, taken.y);
  refine(s, inst.dst, x, other.x);
  refine(s, inst.src, y, other.y);
  return outcome;
}

// ---------------------------------------------------------------- calls

const clearArguments = (frame: Frame): void => {
  for (let r = 0; r <= 5; r++) frame.regs[r] = null;
};

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

function helperCall(walk: Walk, s: State, line: Line): Outcome {
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
  const element = pointer('element');
  const args = isLoop ? [unknown, context] : [pointer('argument'), element, element, context];
  args.forEach((value, i) => {
    callee.regs[i + 1] = value;
  });
  if (row === helpers.user_ringbuf_drain) callee.regs[2] = context;
  if (row === helpers.find_vma) callee.regs[3] = context;
  inner.rounds++;
  inner.frames.push(callee);
  inner.pc = entryOf(walk, index);
  clearArguments(frame);
  frame.regs[0] = unknown;
  s.pc++;
  return { ...onward, others: [inner] };
}

const entryOf = (walk: Walk, index: number): number => must(walk.program.funcs[index], 'a function').start;

function functionCall(walk: Walk, s: State, line: Line): Outcome {
  const frame = topFrame(s);
  const callee = newFrame(line.callee, s.pc + 1, false);
  for (let r = 1; r <= 5; r++) callee.regs[r] = frame.regs[r] ?? null;
  clearArguments(frame);
  s.frames.push(callee);
  s.pc = entryOf(walk, line.callee);
  return onward;
}

function exit(walk: Walk, s: State): Outcome {
  const callee = topFrame(s);
  if (s.frames.length === 1) return ended;
  if (callee.callback) markPrecise(walk.program, s, 1);
  s.frames.pop();
  if (!callee.callback) topFrame(s).regs[0] = callee.regs[0] ?? null;
  s.pc = callee.callsite;
  return onward;
}

/** Kernel functions: those of the number iterator by their states, others by an unknown result. */
function kernelCall(s: State, line: Line): Outcome {
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

function address(line: Line): Value {
  const { inst } = line;
  const name = inst.sym?.name ?? '';
  switch (inst.op) {
    case 'ld_func':
      return pointer(`func${line.callee}`);
    case 'ld_map_fd':
    case 'ld_map_idx':
      return pointer(name);
    case 'ld_imm64':
      return inst.sym === null ? constant(inst.imm) : pointer(`data ${name}`);
    default:
      return { ...pointer(`data ${name}`), offset: constant(BigInt(inst.sym?.offset ?? 0)) };
  }
}

/** Walks the instruction at the state's pc. */
export function step(walk: Walk, s: State, line: Line): Outcome {
  const { inst } = line;
  const row = must(rowOf(inst), 'an instruction of the machine');
  const next = (outcome: Outcome = onward): Outcome => {
    s.pc++;
    return outcome;
  };
  switch (row.kind) {
    case 'alu':
      return next(alu(walk, s, line, row));
    case 'wide':
      set(s, inst.dst, address(line));
      return next();
    case 'load': {
      const base = get(s, inst.src);
      const place = stackPlace(base, inst.off);
      set(s, inst.dst, loaded(s, row, base, inst.off));
      return next({ ...onward, slot: idOf(place) });
    }
    case 'store':
      return next(store(s, line, row));
    case 'atomic':
      forgotten(s, stackPlace(get(s, inst.dst), inst.off));
      if (row.src === 'both') set(s, inst.src, widthRange(row.width));
      if (row.fixedDefs.includes(0)) set(s, 0, widthRange(row.width));
      return next();
    case 'jump':
      s.pc = line.target;
      return onward;
    case 'branch':
      return branch(walk, s, line, row);
    case 'exit':
      return exit(walk, s);
    case 'skb':
      clearArguments(topFrame(s));
      set(s, 0, widthRange(row.access ?? 64));
      return next();
    case 'call':
      if (inst.op === 'call_func') return functionCall(walk, s, line);
      return inst.op === 'call_kfunc' ? kernelCall(s, line) : helperCall(walk, s, line);
    default:
      return row.kind satisfies never;
  }
}

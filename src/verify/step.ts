/**
 * One instruction of the walk: how it changes the innermost frame, where control goes on, and which numbers it decides
 * by. Accepts what it does not understand: the result is then an unknown number.
 */

import { must } from '../base/assert.ts';
import { isaRow } from '../bpf/isa.ts';
import { compute, type Decision, decide } from './arithmetic.ts';
import { exit, functionCall, helperCall, kernelCall } from './calls.ts';
import { type Line, slotAt } from './code.ts';
import {
  changeAll,
  clearArguments,
  fork,
  get,
  numberOf,
  type Outcome,
  onward,
  pointer,
  set,
  type Walk,
} from './effect.ts';
import { forgotten, idOf, loaded, overwritten, type Place, stackPlace, widthRange } from './memory.ts';
import { markPrecise, ownFrame, ownTop, type State } from './state.ts';
import { constant, isConstant, type Numeric, pieces, type Value, withId } from './values.ts';

/** The value of a register that is copied: what a branch tells of the copy later holds for both. */
function linked(walk: Walk, s: State, register: number, bits: number): Value | null {
  const value = get(s, register);
  if (value?.kind !== 'number' || isConstant(value) || value.high >= 1n << BigInt(bits)) return value;
  if (value.id !== 0 && value.delta === 0n) return value;
  const named = withId(value, walk.nextId++);
  set(s, register, named);
  return named;
}

/** Notes the slot that the step at the end of the state's history accesses. */
function accesses(s: State, place: Place | null): void {
  if (s.history !== null) s.history.slot = idOf(place);
}

function store(walk: Walk, s: State, line: Line): void {
  const { inst, row } = line;
  const place = stackPlace(get(s, inst.dst), inst.off);
  if (place === null || s.frames[place.depth] === undefined) return;
  if (idOf(place) < 0) {
    overwritten(s, get(s, inst.dst), inst.off, (row.access ?? 64) / 8);
    return;
  }
  const offset = place.offset ?? 0;
  const value = inst.src === null ? line.immediate : linked(walk, s, inst.src, row.access ?? 64);
  const frame = ownFrame(s, place.depth);
  const n = slotAt(offset);
  while (frame.stack.length < n) frame.stack.push(null);
  if (row.access === 64) frame.stack[n] = value;
  else {
    const bits = row.access ?? 64;
    const number = numberOf(value);
    const old = frame.stack[n] ?? null;
    const clears = number.high === 0n && (old === null || (old.kind === 'number' && old.high === 0n));
    // A slot that is zero in parts is so for good.
    if (inst.src !== null && offset % 8 !== 0 && number.high === 0n) markPrecise(walk, s, 1 << inst.src);
    const fits = offset % 8 === 0 && value?.kind === 'number' && number.high < 1n << BigInt(bits);
    frame.stack[n] = clears ? constant(0n) : fits ? number : pieces;
  }
  accesses(s, place);
}

// ---------------------------------------------------------------- arithmetic

/** BPF_MAX_VAR_OFF: what a pointer may be moved by. */
const furthest = 1n << 29n;

const isBounded = ({ min, max }: Numeric): boolean => min > -furthest && max < furthest;

function alu(walk: Walk, s: State, line: Line): void {
  const { inst, row, adds, subtracts } = line;
  const x = get(s, inst.dst);
  const y = inst.src === null ? line.immediate : get(s, inst.src);
  if (inst.op === 'mov64_reg') {
    set(s, inst.dst, inst.src === null ? y : linked(walk, s, inst.src, 64));
    return;
  }
  if (inst.op === 'mov32_reg' && inst.src !== null && y?.kind === 'number' && y.high < 1n << 32n) {
    set(s, inst.dst, linked(walk, s, inst.src, 32));
    return;
  }
  const offset = x?.kind === 'pointer' ? y : x;
  if (
    adds &&
    (x?.kind === 'pointer' || y?.kind === 'pointer') &&
    offset?.kind === 'number' &&
    !isBounded(offset)
  )
    walk.unbounded.add(s.pc);
  if ((adds || subtracts) && x?.kind === 'pointer' && y?.kind === 'number') {
    if (inst.src !== null && !isConstant(y)) markPrecise(walk, s, 1 << inst.src);
    set(s, inst.dst, { ...x, offset: compute(inst.op, row, x.offset, y, walk.big) });
    return;
  }
  if (adds && x?.kind === 'number' && y?.kind === 'pointer') {
    if (inst.dst !== null) markPrecise(walk, s, 1 << inst.dst);
    set(s, inst.dst, { ...y, offset: compute(inst.op, row, y.offset, x, walk.big) });
    return;
  }
  const a = numberOf(x);
  const b = numberOf(y);
  const result = compute(inst.op, row, a, b, walk.big);
  const keeps = adds && a.id !== 0 && a.delta === 0n && isConstant(b) && b.high < 1n << 31n;
  set(s, inst.dst, keeps && !isConstant(result) ? withId(result, a.id, b.high) : withId(result, 0));
}

// ---------------------------------------------------------------- branches

function refine(walk: Walk, s: State, register: number | null, before: Value | null, after: Numeric): void {
  if (before?.kind !== 'number' || before === after) return;
  const known = withId(after, before.id, before.delta);
  if (register !== null && register < 10) set(s, register, known);
  if (before.id === 0) return;
  const told = (value: Value | null): Value | null => {
    if (value?.kind !== 'number' || value.id !== before.id) return value;
    if (value.delta === before.delta) return known;
    const apart = constant(value.delta - before.delta);
    return withId(compute('add64_reg', isaRow('add64_reg'), known, apart, walk.big), value.id, value.delta);
  };
  changeAll(s, told);
}

/** Pointers that are nil together with this one are known from here on. */
function resolveNil(s: State, id: number, isNil: boolean): void {
  const known = (value: Value | null): Value | null =>
    value?.kind === 'pointer' && value.maybeNil === id
      ? isNil
        ? constant(0n)
        : { ...value, maybeNil: 0 }
      : value;
  changeAll(s, known);
}

/** Goes on behind a jump, and from where it leads. */
function both(s: State, line: Line): Outcome {
  const other = fork(s, line.target);
  s.pc++;
  return { ends: false, other };
}

function branch(walk: Walk, s: State, line: Line): Outcome {
  const { inst, row, relation } = line;
  const next = s.pc + 1;
  const x = get(s, inst.dst);
  const y = inst.src === null ? line.immediate : get(s, inst.src);
  if (relation === null) return both(s, line);
  const equality = relation === 'eq' || relation === 'ne';
  if (x?.kind === 'pointer' && equality && y?.kind === 'number' && y.high === 0n) {
    // The kernel does not decide these, although they are never nil.
    if (x.object === 'ctx' || x.frame >= 0) return both(s, line);
    if (x.maybeNil === 0) {
      s.pc = relation === 'ne' ? line.target : next;
      return onward;
    }
    const outcome = both(s, line);
    resolveNil(must(outcome.other, 'the other way'), x.maybeNil, relation === 'eq');
    resolveNil(s, x.maybeNil, relation === 'ne');
    return outcome;
  }
  if (x?.kind !== 'number' || y?.kind !== 'number') return both(s, line);
  const { taken, other }: Decision = decide(relation, row.width, x, y);
  if (taken === null || other === null) {
    const registers = (inst.dst === null ? 0 : 1 << inst.dst) | (inst.src === null ? 0 : 1 << inst.src);
    markPrecise(walk, s, registers);
    const way = taken ?? other;
    if (way !== null) {
      refine(walk, s, inst.dst, x, way.x);
      refine(walk, s, inst.src, y, way.y);
    }
    s.pc = taken === null ? next : line.target;
    return onward;
  }
  const outcome = both(s, line);
  const away = must(outcome.other, 'the other way');
  refine(walk, away, inst.dst, x, taken.x);
  refine(walk, away, inst.src, y, taken.y);
  refine(walk, s, inst.dst, x, other.x);
  refine(walk, s, inst.src, y, other.y);
  return outcome;
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
      return inst.sym === null ? line.immediate : pointer(`data ${name}`);
    default:
      return { ...pointer(`data ${name}`), offset: constant(BigInt(inst.sym?.offset ?? 0)) };
  }
}

/** Walks the instruction at the state's pc. */
export function step(walk: Walk, s: State, line: Line): Outcome {
  const { inst, row } = line;
  const next = (): Outcome => {
    s.pc++;
    return onward;
  };
  switch (row.kind) {
    case 'alu':
      alu(walk, s, line);
      return next();
    case 'wide':
      set(s, inst.dst, address(line));
      return next();
    case 'load': {
      const base = get(s, inst.src);
      const place = stackPlace(base, inst.off);
      set(s, inst.dst, loaded(s, row, base, inst.off));
      accesses(s, place);
      return next();
    }
    case 'store':
      store(walk, s, line);
      return next();
    case 'atomic':
      forgotten(s, stackPlace(get(s, inst.dst), inst.off));
      if (row.src === 'both') set(s, inst.src, widthRange(row.width));
      if (row.fixedDefs.includes(0)) set(s, 0, widthRange(row.width));
      return next();
    case 'jump':
      s.pc = line.target;
      return onward;
    case 'branch':
      return branch(walk, s, line);
    case 'exit':
      return exit(walk, s);
    case 'skb':
      clearArguments(ownTop(s));
      set(s, 0, widthRange(row.access ?? 64));
      return next();
    case 'call':
      if (inst.op === 'call_func') return functionCall(walk, s, line);
      return inst.op === 'call_kfunc' ? kernelCall(s, line) : helperCall(walk, s, line);
    default:
      return row.kind satisfies never;
  }
}

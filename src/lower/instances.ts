/**
 * Functions of the module: one per Go function whose parameters and results are scalars or plain memory.
 *
 *     func f(k Key, n uint32) (uint64, Stat)   →   func @f(k: ptr, n: i32, stat: ptr) -> i64
 *
 * Structs and arrays are passed by the address of a copy that the caller makes; the first scalar result is returned
 * in the register, others go through pointers to the caller's slots, after the parameters. More parameters than
 * registers: the last ones are packed in a slot whose address is the last register. A function that may abort
 * leaves one register free for the pointer that the pass lower-aborts adds.
 *
 * Functions with slices, strings or functions among their parameters or results are expanded where they are called,
 * `//go:noinline` or not: what is known of such a value (its region, its text, its closure) holds for one call.
 */

import type { TFunc, TVar } from '../ast/typed.ts';
import { must, unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import type { ProgramRow } from '../bpf/programs.ts';
import { FuncBuilder } from '../ir/builder.ts';
import type { IrType, ValueId } from '../ir/ir.ts';
import { type Context, type Frame, freshSymbol, type ModuleContext, position, report } from './context.ts';
import { abortIf, address, assume, copyMemory, enter, loadCell, newCell, slotAddr } from './emit.ts';
import { escapes } from './escape.ts';
import { lowerBody, newFrame, resultValue } from './frames.ts';
import { contextName } from './intrinsics/contexts.ts';
import { scalarOf, shapeOf } from './shapes.ts';
import { memory, scalar, type Value } from './values.ts';
import { declare, newMemory, read, zeroValue } from './variables.ts';

export interface Instance {
  readonly symbol: string;
  readonly signature: Signature;
  readonly mayAbort: boolean;
}

/** How a function's parameters and results travel. */
export interface Signature {
  /** All of them flat: parameters, then pointers for results. */
  readonly flat: readonly IrType[];
  /** How many of `flat` have a register of their own; the others are packed. */
  readonly direct: number;
  /** Index of the result in the register, or -1. */
  readonly returned: number;
  readonly result: IrType | null;
}

const registers = 5;

function signatureOf(func: TFunc, available: number): Signature {
  const irOf = (v: TVar): IrType => (shapeOf(v.type) === 'scalar' ? scalarOf(v.type).ir : 'ptr');
  const returned = func.results.findIndex((v) => shapeOf(v.type) === 'scalar');
  const outs = func.results.filter((_, i) => i !== returned);
  const flat = [...func.params.map(irOf), ...outs.map((): IrType => 'ptr')];
  const first = func.results[returned];
  return {
    flat,
    direct: flat.length <= available ? flat.length : available - 1,
    returned,
    result: first === undefined ? null : scalarOf(first.type).ir,
  };
}

/** Can the function be called as one, or has it to be expanded? */
export function isInstance(func: TFunc): boolean {
  const plain = [...func.params, ...func.results].every((v) => {
    const shape = shapeOf(v.type);
    return shape === 'scalar' || shape === 'memory';
  });
  // What a function makes and returns has to be in its caller's frame.
  return plain && !escapes(func).returnsLocals;
}

// ---------------------------------------------------------------- building

export function newContext(
  module: ModuleContext,
  b: FuncBuilder,
  regions: Context['regions'],
  program: ProgramRow | null = null,
): Context {
  const nowhere: Frame = {
    vars: new Map(),
    outer: null,
    body: {
      written: new Set(),
      addressed: new Set(),
      captured: new Set(),
      globalsWritten: new Set(),
      hasGoto: false,
      effects: false,
      defers: [],
    },
    results: [],
    leave: () => unreachable('return outside a function'),
    onReturn: null,
    targets: [],
    labels: new Map(),
    defers: [],
    seen: 0,
    exits: new Map(),
  };
  return {
    module,
    b,
    frame: nowhere,
    unwind: null,
    facts: null,
    blockFacts: new Map(),
    constants: new Map(),
    maxima: new Map(),
    program,
    contextParam: null,
    extents: new Map(),
    trusted: new Set(),
    commonSocks: new Set(),
    objects: new Set(),
    regions,
    lateRegion: false,
    callbacks: [],
    abortBlock: null,
    mayAbort: false,
    depth: 0,
  };
}

/**
 * Builds with `build` until nothing is learnt too late: the regions of slice variables, and that the function may
 * abort, which takes a register.
 */
export function settle(build: (regions: Context['regions'], mayAbort: boolean) => Context): Context {
  const regions: Context['regions'] = new Map();
  let mayAbort = false;
  for (;;) {
    const before = regions.size;
    const cx = build(regions, mayAbort);
    const learnt = cx.lateRegion && regions.size > before;
    if (!learnt && (mayAbort || !cx.mayAbort)) return cx;
    mayAbort = cx.mayAbort;
  }
}

/** Ends the function: the block that aborts, if anything asked for it. */
export function finish(cx: Context): void {
  if (cx.abortBlock !== null) {
    enter(cx, cx.abortBlock);
    cx.b.abort();
  }
  cx.module.funcs.push(...cx.callbacks, cx.b.finish());
}

export function instanceOf(module: ModuleContext, func: TFunc): Instance {
  const before = module.instances.get(func);
  if (before !== undefined) return before;
  const symbol = freshSymbol(module, func.name);
  module.active.push(func);
  let signature = signatureOf(func, registers);
  const cx = settle((regions, mayAbort) => {
    signature = signatureOf(func, mayAbort ? registers - 1 : registers);
    return build(module, func, symbol, signature, regions);
  });
  finish(cx);
  module.active.pop();
  const instance = { symbol, signature, mayAbort: cx.mayAbort };
  module.instances.set(func, instance);
  return instance;
}

function build(
  module: ModuleContext,
  func: TFunc,
  symbol: string,
  signature: Signature,
  regions: Context['regions'],
): Context {
  const { flat, direct, returned, result } = signature;
  const params: readonly IrType[] = direct < flat.length ? [...flat.slice(0, direct), 'ptr'] : flat;
  const b = new FuncBuilder({
    name: symbol,
    params,
    result,
    noinline: func.noinline,
    pos: position(module, func.nameSpan),
  });
  const cx = newContext(module, b, regions);
  const pack = b.params[direct];
  const received = flat.map((type, i) => {
    if (i < direct) return b.params[i]!;
    return b.load(type, type === 'i32' ? 32 : 64, must(pack, 'packed parameters'), 8 * (i - direct));
  });
  const outs = received.slice(func.params.length);
  const frame = newFrame(cx, func, null, (f) => leaveInstance(cx, func, f, outs, returned));
  cx.frame = frame;
  for (const [i, v] of func.params.entries()) {
    const id = received[i]!;
    if (contextName(v.type) !== null) cx.contextParam ??= id;
    if (shapeOf(v.type) === 'scalar') declare(cx, v, scalar(id));
    else {
      assume(cx, id);
      frame.vars.set(v, { kind: 'memory', addr: { kind: 'pointer', base: id, offset: 0 }, exact: true });
    }
  }
  lowerBody(cx, func, frame);
  return cx;
}

function leaveInstance(
  cx: Context,
  func: TFunc,
  frame: Frame,
  outs: readonly ValueId[],
  returned: number,
): void {
  const values = frame.results.map((binding, i) => read(cx, binding, func.results[i]!.type));
  let next = 0;
  values.forEach((value, i) => {
    if (i === returned) return;
    const out = outs[next++]!;
    if (value.kind === 'scalar') cx.b.store(cx.b.typeOf(value.id) === 'i32' ? 32 : 64, out, 0, value.id);
    else if (value.kind === 'memory') copyOut(cx, out, value, func.results[i]!);
    else unreachable(`a result that is a ${value.kind}`);
  });
  const first = values[returned];
  cx.b.ret(first?.kind === 'scalar' ? first.id : null);
}

function copyOut(cx: Context, out: ValueId, value: Value & { kind: 'memory' }, result: TVar): void {
  copyMemory(cx, { kind: 'pointer', base: out, offset: 0 }, value.addr, result.type);
}

// ---------------------------------------------------------------- calling

export function callInstance(cx: Context, func: TFunc, args: readonly Value[], span: Span): Value {
  if (cx.module.active.includes(func)) {
    report(cx, 'recursive-call', span, { name: func.name });
    return resultValue(func.results.map((v) => zeroValue(cx, v.type)));
  }
  const { symbol, signature, mayAbort } = instanceOf(cx.module, func);
  const { flat, direct, returned, result } = signature;
  const passed = args.map((value) => {
    if (value.kind === 'scalar') return value.id;
    return value.kind === 'memory'
      ? address(cx, value.addr)
      : unreachable(`an argument that is a ${value.kind}`);
  });
  const outs = func.results.map((v, i) =>
    i === returned
      ? null
      : shapeOf(v.type) === 'scalar'
        ? slotAddr(newCell(cx, scalarOf(v.type).ir))
        : newMemory(cx, v.type),
  );
  for (const out of outs) if (out !== null) passed.push(address(cx, out));
  let last: readonly ValueId[] = passed;
  if (direct < flat.length) {
    const pack = cx.b.newSlot(8 * (flat.length - direct), 8);
    passed.slice(direct).forEach((id, i) => {
      cx.b.store(flat[direct + i] === 'i32' ? 32 : 64, cx.b.slotAddr(pack), 8 * i, id);
    });
    last = [...passed.slice(0, direct), cx.b.slotAddr(pack)];
  }
  const value = cx.b.invoke('call', symbol, last, result);
  if (mayAbort) abortIf(cx, cx.b.emit('aborted', 'i32', []));
  return resultValue(
    func.results.map((v, i) => {
      const out = outs[i];
      if (out === null || out === undefined) return scalar(must(value, 'a call with a result'));
      if (shapeOf(v.type) === 'memory') return memory(out);
      return out.kind === 'slot'
        ? scalar(loadCell(cx, out.slot, scalarOf(v.type).ir))
        : unreachable('a result cell');
    }),
  );
}

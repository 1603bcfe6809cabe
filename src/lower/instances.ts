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
 * Functions with slices, strings or functions among their parameters or results are expanded where they are called.
 * With `//go:noinline` they are functions too, one for each thing that is known of their arguments when compiling
 * (passing.ts). Expanded, with a note, are those that take what nothing but the caller's frame knows (a closure that
 * captures, a pointer to a struct that holds slices), and those that give their caller the address of a variable on the
 * stack, which the kernel refuses.
 */

import type { TFunc, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { must, unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import type { ProgramRow } from '../bpf/programs.ts';
import { under } from '../check/types.ts';
import { FuncBuilder } from '../ir/builder.ts';
import type { IrType, ValueId } from '../ir/ir.ts';
import { type Context, type Frame, freshSymbol, type ModuleContext, position, report } from './context.ts';
import { abortIf, address, copyMemory, enter, newCell, slotAddr } from './emit.ts';
import { escapes, mayPoint } from './escape.ts';
import { lowerBody, newFrame, resultValue } from './frames.ts';
import { contextName } from './intrinsics/contexts.ts';
import { type Known, maybeStack, type Passed, passed, sameKnown } from './passing.ts';
import { scalarOf, type Shape, shapeOf } from './shapes.ts';
import { type Addr, memory, type Region, scalar, type Value } from './values.ts';
import { declare, newMemory, read, zeroValue } from './variables.ts';

export interface Instance {
  readonly symbol: string;
  readonly known: Known;
  readonly signature: Signature;
  readonly mayAbort: boolean;
  /** What the slices among the results view, by result. */
  readonly regions: readonly (Region | null)[];
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

/** A call's arguments, flat. */
interface Passing {
  readonly args: readonly Passed[];
  readonly known: Known;
  readonly types: readonly IrType[];
  readonly words: readonly ValueId[];
  /** Behind the arguments comes the context, which a slice of the packet needs. */
  readonly context: boolean;
}

const registers = 5;

function signatureOf(func: TFunc, types: readonly IrType[], available: number): Signature {
  const returned = func.results.findIndex((v) => shapeOf(v.type) === 'scalar');
  const outs = func.results.filter((_, i) => i !== returned);
  const flat = [...types, ...outs.map((): IrType => 'ptr')];
  const first = func.results[returned];
  return {
    flat,
    direct: flat.length <= available ? flat.length : available - 1,
    returned,
    result: first === undefined ? null : scalarOf(first.type).ir,
  };
}

const isPlainShape = (shape: Shape): boolean => shape === 'scalar' || shape === 'memory';

/** How the arguments travel to a function of its own; null: the function has to be expanded. */
function passing(cx: Context, func: TFunc, args: readonly Value[]): Passing | null {
  const plain = [...func.params, ...func.results].every((v) => isPlainShape(shapeOf(v.type)));
  if (!plain && !func.noinline) return null;
  const { returnsLocals, returnsParams, storesPointers } = escapes(func);
  if (returnsLocals) return expanded(cx, func, 'it returns the address of what it makes itself');
  if (storesPointers) return expanded(cx, func, 'it stores pointers where a pointer leads');
  const given = args.map((value, i) => passed(cx, value, func.params[i]!.type, (addr) => address(cx, addr)));
  const sent = given.filter((value) => value !== null);
  if (sent.length < given.length) {
    const lost = func.params[given.indexOf(null)]!;
    const what = {
      func: 'is a closure that captures variables',
      pointer: 'points to a struct that holds slices, strings or functions',
    };
    const kind = under(lost.type).kind;
    const why = kind === 'func' || kind === 'pointer' ? what[kind] : 'holds a closure or a pointer to one';
    return expanded(cx, func, `${lost.name} ${why}`);
  }
  if (!func.results.every(({ type }) => isPlainShape(shapeOf(type)) || shapeOf(type) === 'slice'))
    return expanded(cx, func, 'a result is a string, a function, or a struct that holds such or slices');
  if (returnsParams && sent.some((value, i) => leadsToFrame(cx, value, func.params[i]!)))
    return expanded(
      cx,
      func,
      'it hands on the address of a variable of its caller, which the kernel refuses',
    );
  const known = sent.flatMap((value) => value.known);
  const words = sent.flatMap((value) => value.words);
  const context =
    known.includes('packet') &&
    cx.contextParam !== null &&
    !func.params.some((v) => contextName(v.type) !== null);
  if (context) words.push(must(cx.contextParam, 'a context'));
  return { args: sent, known, words, types: words.map((id) => cx.b.typeOf(id)), context };
}

/** Can a pointer in the argument lead to a variable of the caller, or of one of its callers? */
function leadsToFrame(cx: Context, value: Passed, { type }: TVar): boolean {
  if (!mayPoint(type) || contextName(type) !== null) return false;
  return (
    shapeOf(type) === 'memory' || value.words.some((id) => cx.b.typeOf(id) === 'ptr' && maybeStack(cx, id))
  );
}

function expanded(cx: Context, func: TFunc, why: string): null {
  if (func.noinline) report(cx, 'noinline-expanded', func.nameSpan, { name: func.name, why });
  return null;
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
    outside: new Set(),
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

function instanceOf(module: ModuleContext, func: TFunc, call: Passing): Instance {
  const { known } = call;
  const others = module.instances.get(func) ?? [];
  const before = others.find((instance) => sameKnown(instance.known, known));
  if (before !== undefined) return before;
  const symbol = freshSymbol(module, func.name);
  module.active.push(func);
  let signature = signatureOf(func, call.types, registers);
  let regions: (Region | null)[] = [];
  const cx = settle((learnt, mayAbort) => {
    signature = signatureOf(func, call.types, mayAbort ? registers - 1 : registers);
    regions = func.results.map(() => null);
    return build(module, { func, symbol, signature, call, regions }, learnt);
  });
  finish(cx);
  module.active.pop();
  const instance = { symbol, known, signature, mayAbort: cx.mayAbort, regions };
  module.instances.set(func, [...(module.instances.get(func) ?? []), instance]);
  return instance;
}

interface Building {
  readonly func: TFunc;
  readonly symbol: string;
  readonly signature: Signature;
  readonly call: Passing;
  /** Filled where the function returns. */
  readonly regions: (Region | null)[];
}

function build(module: ModuleContext, made: Building, regions: Context['regions']): Context {
  const { func, symbol, signature, call } = made;
  const { flat, direct, result } = signature;
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
  const outs = received.slice(call.words.length);
  const frame = newFrame(cx, func, null, (f) => leaveInstance(cx, made, f, outs));
  cx.frame = frame;
  if (escapes(func).returnsParams)
    for (const id of received.slice(0, call.words.length)) if (b.typeOf(id) === 'ptr') cx.outside.add(id);
  if (call.context) cx.contextParam = received[call.words.length - 1]!;
  let at = 0;
  for (const [i, v] of func.params.entries()) {
    const value = call.args[i]!.receive(cx, () => received[at++]!);
    if (value.kind === 'scalar' && contextName(v.type) !== null) cx.contextParam ??= value.id;
    if (value.kind === 'memory') {
      // The copy that the caller made.
      address(cx, value.addr);
      frame.vars.set(v, { kind: 'memory', addr: value.addr, exact: true });
    } else declare(cx, v, value);
  }
  lowerBody(cx, func, frame);
  cx.mayAbort ||= module.choices.loopsAbort;
  return cx;
}

function leaveInstance(
  cx: Context,
  { func, signature, regions }: Building,
  frame: Frame,
  outs: readonly ValueId[],
): void {
  const values = frame.results.map((binding, i) => read(cx, binding, func.results[i]!.type));
  let next = 0;
  values.forEach((value, i) => {
    if (i === signature.returned) return;
    const out = outs[next++]!;
    if (value.kind === 'slice') regions[i] ??= value.region;
    if (value.kind === 'memory') copyOut(cx, out, value, func.results[i]!);
    else storeWords(cx, out, value);
  });
  const first = values[signature.returned];
  cx.b.ret(first?.kind === 'scalar' ? first.id : null);
}

const wordBits = (type: IrType): 32 | 64 => (type === 'i32' ? 32 : 64);

/** A result in words, where the caller reads it. */
function storeWords(cx: Context, out: ValueId, value: Value): void {
  const words =
    value.kind === 'scalar'
      ? [value.id]
      : value.kind === 'slice'
        ? [value.base, value.low, value.len, value.cap]
        : unreachable(`a result that is a ${value.kind}`);
  for (const [i, id] of words.entries()) cx.b.store(wordBits(cx.b.typeOf(id)), out, 8 * i, id);
}

function copyOut(cx: Context, out: ValueId, value: Value & { kind: 'memory' }, result: TVar): void {
  copyMemory(cx, { kind: 'pointer', base: out, offset: 0 }, value.addr, result.type);
}

// ---------------------------------------------------------------- calling

/** The call of the function, or null where it has to be expanded. */
export function callInstance(cx: Context, func: TFunc, args: readonly Value[], span: Span): Value | null {
  const call = passing(cx, func, args);
  if (call === null) return null;
  if (cx.module.active.includes(func)) {
    report(cx, 'recursive-call', span, { name: func.name });
    return resultValue(func.results.map((v) => zeroValue(cx, v.type)));
  }
  const { symbol, signature, mayAbort, regions } = instanceOf(cx.module, func, call);
  const { flat, direct, returned, result } = signature;
  const outs = func.results.map((v, i) => (i === returned ? null : resultPlace(cx, v, mayAbort)));
  const sent = [...call.words];
  for (const out of outs) if (out !== null) sent.push(address(cx, out));
  let last: readonly ValueId[] = sent;
  if (direct < flat.length) {
    const pack = cx.b.newSlot(8 * (flat.length - direct), 8);
    sent.slice(direct).forEach((id, i) => {
      cx.b.store(flat[direct + i] === 'i32' ? 32 : 64, cx.b.slotAddr(pack), 8 * i, id);
    });
    last = [...sent.slice(0, direct), cx.b.slotAddr(pack)];
  }
  const value = cx.b.invoke('call', symbol, last, result);
  if (mayAbort) abortIf(cx, cx.b.emit('aborted', 'i32', []));
  return resultValue(
    func.results.map((v, i) => {
      const out = outs[i];
      if (out === null || out === undefined) return scalar(must(value, 'a call with a result'));
      return received(cx, out, v.type, regions[i] ?? null);
    }),
  );
}

/**
 * Where the callee leaves a result. One that aborts leaves it as it was, and the verifier, which does not follow the
 * byte that says so, walks on: it has to find nil there, not what is no pointer.
 */
function resultPlace(cx: Context, v: TVar, mayAbort: boolean): Addr {
  const words = (n: number): Addr => {
    const addr = slotAddr(cx.b.newSlot(8 * n, 8, v.name));
    if (mayAbort) cx.b.zero(address(cx, addr), 8 * n, 8);
    return addr;
  };
  switch (shapeOf(v.type)) {
    case 'scalar': {
      const { ir } = scalarOf(v.type);
      return ir === 'ptr' ? words(1) : slotAddr(newCell(cx, ir));
    }
    case 'slice':
      return words(4);
    default:
      return newMemory(cx, v.type);
  }
}

function received(cx: Context, out: Addr, type: Type, region: Region | null): Value {
  const at = (ir: IrType, n: number): ValueId => cx.b.load(ir, wordBits(ir), address(cx, out), 8 * n);
  switch (shapeOf(type)) {
    case 'scalar':
      return scalar(at(scalarOf(type).ir, 0));
    case 'slice': {
      const [base, low, len, cap] = [at('ptr', 0), at('i64', 1), at('i64', 2), at('i64', 3)];
      return { kind: 'slice', region, base, low, len, cap };
    }
    default:
      return memory(out);
  }
}

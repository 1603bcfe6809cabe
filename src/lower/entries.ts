/**
 * Programs: one per attach directive, with the context as its one parameter.
 *
 *     //bpf:attach xdp
 *     func Drop(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPDrop }   →   func @Drop(v0: ptr) -> i32 { return 1 }
 *
 * A result that the kernel would refuse is an error where it is constant, and aborts where it is not.
 */

import type { TEntry, TVar } from '../ast/typed.ts';
import { must } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { registers } from '../bpf/contexts.ts';
import { isGpl, supports } from '../bpf/kernels.ts';
import { type ProgramRow, programRow, resultsFor } from '../bpf/programs.ts';
import { usdtSpec } from '../bpf/usdt.ts';
import { basic } from '../check/types.ts';
import { FuncBuilder } from '../ir/builder.ts';
import type { Program, ValueId } from '../ir/ir.ts';
import { type Context, type Frame, type ModuleContext, position, report, requireKernel } from './context.ts';
import { abortUnless, assume, compare, constant, known, loadScalar, narrow, normalise } from './emit.ts';
import { checkEntryTypes, reportUnknownKind } from './entry-types.ts';
import { lowerBody, newFrame } from './frames.ts';
import { finish, newContext, settle } from './instances.ts';
import { probed } from './kernel.ts';
import { type ScalarType, scalarOf, shapeOf } from './shapes.ts';
import { type Addr, scalar } from './values.ts';
import { usdtArgument } from './usdt.ts';
import { declare, read, zeroValue } from './variables.ts';

interface Kind {
  readonly kind: string;
  readonly row: ProgramRow;
}

export function lowerEntry(module: ModuleContext, entry: TEntry): Program | null {
  const found = programRow(entry.attach);
  if (found === null) {
    reportUnknownKind(module, entry);
    return null;
  }
  checkEntryTypes(module, entry, found);
  requireProgram(module, entry, found);
  const value = entry.panicValue;
  const results = resultsFor(found.row, module.target.kernel.join('.'));
  if (value !== null && results !== null && (value < results[0] || value > results[1])) {
    const [low, high] = results;
    module.diagnostics.report('result-out-of-range', entry.span, { value, low, high, kind: found.kind });
  }
  module.active.push(entry.func);
  const cx = settle((regions) => buildEntry(module, entry, found, regions));
  finish(cx);
  module.active.pop();
  return {
    name: entry.name,
    section: entry.attach,
    abortValue: entry.panicValue ?? found.row.abort,
  };
}

/** Types that the kernel loads under the GPL only, whatever they call. */
const gplTypes: readonly string[] = ['struct_ops', 'lsm'];

/** Is the target new enough for the kind? Before tcx there was clsact, which takes the same programs. */
function requireProgram(module: ModuleContext, entry: TEntry, { kind, row }: Kind): void {
  const { license } = module.program;
  if (gplTypes.includes(row.type) && !isGpl(license))
    module.diagnostics.report('needs-gpl', entry.span, { what: `a ${kind} program`, license });
  if (row.link !== 'tcx') {
    const sleeps = row.sleepable && !supports(module.target.kernel.join('.'), row.since);
    requireKernel(
      module,
      row.since,
      `a ${kind} program`,
      entry.span,
      sleeps ? kind.replace(/\.s$/, '') : null,
    );
  } else if (!supports(module.target.kernel.join('.'), row.since))
    module.diagnostics.report('tcx-as-tc', entry.span, { since: row.since });
}

function buildEntry(module: ModuleContext, entry: TEntry, kind: Kind, regions: Context['regions']): Context {
  const { func } = entry;
  const result = func.results[0];
  const held = result !== undefined && shapeOf(result.type) === 'scalar' ? scalarOf(result.type) : null;
  const b = new FuncBuilder({
    name: entry.name,
    params: ['ptr'],
    result: held?.ir ?? 'i32',
    noinline: func.noinline,
    program: entry.name,
    pos: position(module, func.nameSpan),
  });
  const cx = newContext(module, b, regions, kind.row);
  cx.contextParam = b.params[0] ?? null;
  const check = (id: ValueId, span: Span): void => {
    const results = resultsFor(kind.row, module.target.kernel.join('.'));
    if (held !== null && results !== null) checkRange(cx, kind.kind, results, id, held, span);
  };
  const frame = newFrame(
    cx,
    func,
    null,
    (f) =>
      leaveEntry(cx, entry, kind, f, (id) => {
        if (func.namedResults) check(id, entry.span);
      }),
    ([value], span) => {
      if (value?.kind === 'scalar') check(value.id, span);
    },
  );
  cx.frame = frame;
  for (const [i, v] of func.params.entries()) parameter(cx, v, i, kind);
  lowerBody(cx, func, frame);
  return cx;
}

/** The context is the register; what the hook passes is read from it. */
function parameter(cx: Context, v: TVar, index: number, { kind, row }: Kind): void {
  const context = cx.b.params[0]!;
  if (index === 0) {
    assume(cx, context);
    declare(cx, v, scalar(context));
    return;
  }
  if (row.params === 'usdt' && index <= usdtSpec.args && shapeOf(v.type) === 'scalar') {
    const held = scalarOf(v.type);
    if (held.ir !== 'ptr') {
      const word = usdtArgument(cx, context, index - 1, v.span);
      declare(cx, v, scalar(held.bits === 64 ? word : normalise(cx, narrow(cx, word), held)));
      return;
    }
  }
  const offset = shapeOf(v.type) === 'scalar' ? argumentOffset(cx, row, index - 1) : null;
  if (offset === null) {
    report(cx, 'hook-arguments', v.span, { kind });
    declare(cx, v, zeroValue(cx, v.type));
    return;
  }
  const held = scalarOf(v.type);
  const from: Addr =
    row.params === 'syscall' ? callerRegister(cx, offset) : { kind: 'pointer', base: context, offset };
  if (held.ir === 'ptr') {
    const pointer = loadScalar(cx, from, held);
    if (row.params === 'btf' || row.params === 'btf-result') cx.trusted.add(pointer);
    declare(cx, v, scalar(pointer));
    return;
  }
  // The kernel gives 8 bytes; the value is the low ones.
  const word = loadScalar(cx, from, scalarOf(registerType));
  declare(cx, v, scalar(held.bits === 64 ? word : normalise(cx, narrow(cx, word), held)));
}

const registerType = basic('uint64');

/**
 * A copy of a register of who made the system call. The function that implements the call takes a pointer to these
 * registers (x86-64 since Linux 4.17, arm64 since 4.19), which the verifier does not know.
 */
function callerRegister(cx: Context, offset: number): Addr {
  const pointer = must(registers[cx.module.target.arch].args[0], 'functions take an argument in a register');
  const regs = cx.b.load('ptr', 64, cx.b.params[0]!, pointer);
  return probed(cx, cx.b.offset(regs, offset), registerType);
}

/** Where argument `n` of the hook is in the context, or in the caller's registers; null: nowhere. */
function argumentOffset(cx: Context, row: ProgramRow, n: number): number | null {
  const machine = registers[cx.module.target.arch];
  switch (row.params) {
    case 'regs':
      return machine.args[n] ?? null;
    case 'syscall':
      return machine.syscallArgs[n] ?? null;
    case 'result':
      return n === 0 ? machine.ret : null;
    case 'btf':
    case 'btf-result':
      // What an iterator is at follows the pointer to its state.
      return 8 * (row.attachType === 'trace_iter' ? n + 1 : n);
    case 'none':
    case 'usdt':
      return null;
    default:
      return row.params satisfies never;
  }
}

function leaveEntry(
  cx: Context,
  entry: TEntry,
  { row }: Kind,
  frame: Frame,
  check: (id: ValueId) => void,
): void {
  const binding = frame.results[0];
  const result = entry.func.results[0];
  const value = binding === undefined || result === undefined ? null : read(cx, binding, result.type);
  if (value?.kind !== 'scalar') {
    cx.b.ret(constant(cx, 'i32', row.defaultResult));
    return;
  }
  check(value.id);
  cx.b.ret(value.id);
}

function checkRange(
  cx: Context,
  kind: string,
  [low, high]: readonly [bigint, bigint],
  id: ValueId,
  held: ScalarType,
  span: Span,
): void {
  const value = known(cx, id);
  if (value !== null) {
    if (value < low || value > high) report(cx, 'result-out-of-range', span, { value, low, high, kind });
    return;
  }
  // The verifier learns from comparisons of the value itself, not from one of its distance to the lower end.
  const bound = (op: 'icmp.ule' | 'icmp.sge' | 'icmp.sle', limit: bigint): void =>
    abortUnless(cx, compare(cx, op, id, constant(cx, held.ir, limit)));
  if (low === 0n) bound('icmp.ule', high);
  else {
    bound('icmp.sge', low);
    bound('icmp.sle', high);
  }
}

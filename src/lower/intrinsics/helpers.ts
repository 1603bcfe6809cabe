/**
 * Calls of kernel helpers as the helper table describes them: one Go argument per parameter, except that a pointer and
 * its size are one slice, or one pointer to a typed value.
 *
 *     bpf.ProbeReadKernel(&t, p)   →   v4: i64 = helper probe_read_kernel v2, 16, v3
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { must, unreachable } from '../../base/assert.ts';
import type { Span } from '../../base/source.ts';
import { type HelperArg, type HelperName, helpers } from '../../bpf/helpers.ts';
import { sizeof } from '../../check/layout.ts';
import { under } from '../../check/types.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report } from '../context.ts';
import {
  abortIf,
  address,
  arith,
  checkNil,
  compare,
  constant,
  int,
  known,
  narrow,
  normalise,
  widen,
} from '../emit.ts';
import { mapSymbol } from '../maps.ts';
import { elemOf, scalarOf } from '../shapes.ts';
import { bytesAddr } from '../slices.ts';
import { stringSymbol } from '../strings.ts';
import { none, type SliceValue, scalar, type Value } from '../values.ts';
import { isSequenceOfIterator, sequence } from './iterators.ts';
import { argType } from './table.ts';

export function helperCall(cx: Context, name: HelperName, call: TIntrinsic, args: readonly Value[]): Value {
  const row = helpers[name];
  const passed: ValueId[] = [];
  let next = 0;
  for (const [i, param] of row.args.entries()) {
    if (isSize(param) && i > 0 && isMemory(must(row.args[i - 1], 'size without memory'))) continue;
    if (next >= args.length) break;
    const value = args[next]!;
    const type = argType(call, next++);
    passed.push(...helperArgument(cx, param, value, type, call, isSizeAfter(row.args, i)));
  }
  return helperResult(cx, name, passed, call.type);
}

const isSize = (arg: HelperArg): boolean =>
  arg.kind === 'size' || arg.kind === 'size-or-zero' || arg.kind === 'const-size';
/** Memory whose size is the next parameter. */
const isMemory = (arg: HelperArg): boolean => arg.kind.startsWith('mem-') && arg.kind !== 'mem-fixed';

function isSizeAfter(args: readonly HelperArg[], i: number): boolean {
  const next = args[i + 1];
  return next !== undefined && isSize(next);
}

/** Emits the helper and converts its result to the Go type. */
export function helperResult(cx: Context, name: HelperName, passed: readonly ValueId[], type: Type): Value {
  const row = helpers[name];
  if (type.kind === 'tuple' || row.result === 'void') {
    cx.b.invoke('helper', name, passed, null);
    return none;
  }
  const held = scalarOf(type);
  if (held.ir === 'ptr') return scalar(must(cx.b.invoke('helper', name, passed, 'ptr'), 'a pointer'));
  const short = row.result === 's32' || row.result === 'u32';
  const id = must(cx.b.invoke('helper', name, passed, short ? 'i32' : 'i64'), 'a number');
  if (held.bits === 64) return scalar(short ? widen(cx, id, row.result === 's32') : id);
  return scalar(normalise(cx, narrow(cx, id), held));
}

function helperArgument(
  cx: Context,
  param: HelperArg,
  value: Value,
  type: Type,
  call: TIntrinsic,
  sized: boolean,
): readonly ValueId[] {
  switch (param.kind) {
    case 'map':
      if (value.kind === 'map') return [cx.b.symbol('mapaddr', mapSymbol(cx.module, value.map))];
      return [pointerTo(cx, value, type)];
    case 'key':
    case 'value':
    case 'value-out':
      return [pointerTo(cx, value, type)];
    case 'const-str':
      return [constantText(cx, value, call)];
    case 'mem-read-or-null':
      if (value.kind === 'scalar' && known(cx, value.id) === 0n)
        return sized ? [value.id, int(cx, 0)] : [value.id];
      return memoryArgument(cx, value, type, call, sized);
    case 'mem-read':
    case 'mem-write':
    case 'mem-read-write':
      return memoryArgument(cx, value, type, call, sized);
    default:
      if (value.kind === 'scalar' && isSequenceOfIterator(param, type)) return [sequence(cx, value.id)];
      if (value.kind !== 'scalar') return [pointerTo(cx, value, type)];
      return [register(cx, value.id, type)];
  }
}

function memoryArgument(
  cx: Context,
  value: Value,
  type: Type,
  call: TIntrinsic,
  sized: boolean,
): readonly ValueId[] {
  const [pointer, size] = buffer(cx, value, type, call.span);
  return sized ? [pointer, size] : [pointer];
}

/** A scalar as the 64 bits of a register. */
export function register(cx: Context, id: ValueId, type: Type): ValueId {
  return cx.b.typeOf(id) === 'i32' ? widen(cx, id, scalarOf(type).signed) : id;
}

/** The address of a value that a helper reads: pointers are passed on, other values get a cell. */
export function pointerTo(cx: Context, value: Value, type: Type): ValueId {
  if (value.kind === 'memory') return address(cx, value.addr);
  if (value.kind === 'slice') return address(cx, bytesAddr(cx, value, int(cx, 0), 0));
  if (value.kind !== 'scalar') return unreachable(`a ${value.kind} has no address`);
  const held = scalarOf(type);
  return held.ir === 'ptr' ? value.id : byReference(cx, value.id, type);
}

/** The address of a cell that holds a scalar for one call, whatever its type. */
export function byReference(cx: Context, id: ValueId, type: Type): ValueId {
  return cx.b.emit(`byref.${scalarOf(type).bits}`, 'ptr', [id]);
}

/** Pointer and size of what a slice views or a pointer points to. */
export function buffer(cx: Context, value: Value, type: Type, span: Span): readonly [ValueId, ValueId] {
  if (value.kind === 'slice') return sliceBuffer(cx, value, sizeof(elemOf(type)), span);
  if (value.kind === 'memory') return [address(cx, value.addr), int(cx, sizeof(type))];
  if (value.kind === 'string') return [value.ptr, value.len];
  if (value.kind !== 'scalar') return unreachable(`a ${value.kind} is no buffer`);
  const u = under(type);
  if (u.kind !== 'pointer') return [byReference(cx, value.id, type), int(cx, sizeof(type))];
  checkNil(cx, value.id);
  return [value.id, int(cx, sizeof(u.elem))];
}

/**
 * The bytes of a slice. The verifier wants the size bounded by what is left of the region after the offset: with a
 * variable offset both bounds are the region's, so the whole region behind the offset is checked.
 */
function sliceBuffer(
  cx: Context,
  slice: SliceValue,
  elemSize: number,
  span: Span,
): readonly [ValueId, ValueId] {
  const size = arith(cx, 'mul', slice.len, int(cx, elemSize));
  if (slice.region === null) return [constant(cx, 'ptr', 0n), size];
  const bytes = known(cx, size);
  if (slice.region.kind === 'packet') {
    if (bytes === null) report(cx, 'packet-length', span, {});
    return [address(cx, bytesAddr(cx, slice, int(cx, 0), Number(bytes ?? 0n))), size];
  }
  const low = known(cx, slice.low);
  const room = BigInt(slice.region.size) - (low ?? 0n);
  if (bytes === null) abortIf(cx, compare(cx, 'icmp.ugt', size, int(cx, room)));
  return [address(cx, bytesAddr(cx, slice, int(cx, 0), 0)), size];
}

function constantText(cx: Context, value: Value, call: TIntrinsic): ValueId {
  if (value.kind !== 'string' || value.text === null) {
    report(cx, 'string-not-constant', call.span, {});
    return constant(cx, 'ptr', 0n);
  }
  if (!cx.module.target.sections)
    report(cx, 'needs-object', call.span, { what: `the string of ${call.name}` });
  return cx.b.symbol('stringaddr', stringSymbol(cx.module, value.text));
}

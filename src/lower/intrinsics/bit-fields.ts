/**
 * Bit fields of kernel structs: the aligned bytes around the field are copied into a word, and its bits shifted out.
 *
 *     bpf.BitField(&task.InExecve)   →   probe_read_kernel(&word, core …/field-size, task + core …/field-offset)
 *                                        word << core …/field-lshift >> core …/field-rshift
 *
 * Size, place, shifts and sign are the loader's; of a field that fills its bytes they are as in the partial struct.
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import { must } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import { basic } from '../../check/types.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report } from '../context.ts';
import { address, arith, choose, clearMemory, compare, int, loadScalar, narrow, normalise } from '../emit.ts';
import { type KernelBinding, kernelAddress, relocated } from '../kernel.ts';
import { place } from '../places.ts';
import { scalarOf } from '../shapes.ts';
import { scalar, type Value } from '../values.ts';
import { newMemory, zeroValue } from '../variables.ts';
import type { IntrinsicRow } from './table.ts';

const wordType = basic('uint64');
const wordSize = 8;

/** The field that the argument points to, if it is one of a partial kernel struct. */
function kernelField(cx: Context, call: TIntrinsic): KernelBinding | null {
  const [arg] = call.args;
  if (arg?.kind === 'addr' && arg.x.kind === 'field') {
    const binding = place(cx, arg.x)();
    if (binding.kind === 'kernel') return binding;
  }
  report(cx, 'no-kernel-field', arg?.span ?? call.span, {});
  return null;
}

/** The word with the field's bytes, zero where they cannot be read. */
function bytesAround(cx: Context, binding: KernelBinding, size: ValueId): ValueId {
  const word = newMemory(cx, wordType);
  clearMemory(cx, word, wordType);
  const start = address(cx, word);
  const into =
    cx.module.target.endian === 'little'
      ? start
      : cx.b.emit('ptradd', 'ptr', [start, arith(cx, 'sub', int(cx, wordSize), size)]);
  cx.b.invoke('helper', 'probe_read_kernel', [into, size, kernelAddress(cx, binding)], null);
  return loadScalar(cx, word, scalarOf(wordType));
}

function bitField(cx: Context, call: TIntrinsic): Value {
  const type = must(call.typeArgs[0], 'a type');
  const binding = kernelField(cx, call);
  if (binding === null) return zeroValue(cx, type);
  const held = scalarOf(type);
  const bytes = sizeof(type);
  const unused = 8 * (wordSize - bytes);
  const about = (kind: string, local: number): ValueId =>
    relocated(cx, 'i64', binding.root, binding.access, kind, local);
  const word = bytesAround(cx, binding, about('field-size', bytes));
  const top = arith(cx, 'shl', word, about('field-lshift', unused));
  const down = about('field-rshift', unused);
  const isSigned = compare(cx, 'icmp.ne', about('field-signed', held.signed ? 1 : 0), int(cx, 0));
  const value = choose(
    cx,
    'i64',
    isSigned,
    () => arith(cx, 'ashr', top, down),
    () => arith(cx, 'lshr', top, down),
  );
  if (held.bool) return scalar(compare(cx, 'icmp.ne', value, int(cx, 0)));
  return scalar(held.bits === 64 ? value : normalise(cx, narrow(cx, value), held));
}

export const bitFieldRows = { 'bpf.BitField': bitField } as const satisfies Record<string, IntrinsicRow>;

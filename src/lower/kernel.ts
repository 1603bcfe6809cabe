/**
 * Kernel objects through partial structs (`//bpf:core NAME`): reads whose offsets the loader fills in.
 *
 *     task.RealParent.TGID     (trusted)    →  v2 = core Task/0:1/field-offset;  v3: ptr = load v1 + v2;  …
 *                              (other)      →  helper probe_read_kernel &word, 8, v1 + v2;  …
 *
 * Invariant: only pointers that the verifier knows as kernel objects are read directly: what a hook passes by type, the
 * current task, and pointers read from these. Others go through probe_read_kernel, which gives zero where it fails, as
 * a direct load does.
 */

import type { NamedType, Type } from '../ast/types.ts';
import { must } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { offsetof, sizeof } from '../check/layout.ts';
import { typeString, under } from '../check/types.ts';
import type { IrType, ValueId } from '../ir/ir.ts';
import { type Context, report } from './context.ts';
import { address, int, loadScalar, storeScalar } from './emit.ts';
import { scalarOf, shapeOf } from './shapes.ts';
import { type Addr, type Binding, memory, scalar, type Value } from './values.ts';
import { newMemory, zeroValue } from './variables.ts';

export type KernelBinding = Binding & { kind: 'kernel' };

/** The partial kernel struct that a type is, or null. */
export function kernelType(type: Type): NamedType | null {
  return type.kind === 'named' && type.origin?.kind === 'core' ? type : null;
}

/** What a pointer to a partial struct points to. */
export function kernelObject(base: ValueId, root: NamedType, span: Span): KernelBinding {
  return { kind: 'kernel', base, root, access: [], span };
}

/** A number that the loader fills in; `local`: what it is in the partial struct itself. */
export function relocated(
  cx: Context,
  type: IrType,
  root: NamedType,
  access: readonly number[],
  kind: string,
  local: number,
): ValueId {
  const name = typeString(root);
  cx.module.coreTypes.set(name, root);
  const symbol = `${name}/${[0, ...access].join(':')}/${kind}`;
  return cx.b.emit('core', type, [], { kind: 'symbol', name: symbol, offset: local });
}

/** A number about a member of one of the kernel's enums. */
export function relocatedEnum(
  cx: Context,
  type: IrType,
  enumName: string,
  member: string,
  kind: 'enumval-exists' | 'enumval-value',
): ValueId {
  const symbol = `enum:${enumName}/${member}/${kind}`;
  return cx.b.emit('core', type, [], {
    kind: 'symbol',
    name: symbol,
    offset: kind === 'enumval-exists' ? 1 : 0,
  });
}

/** Byte offset of a path in the partial struct. */
function localOffset(root: NamedType, access: readonly number[]): number {
  let type: Type = root;
  let offset = 0;
  for (const index of access) {
    const u = under(type);
    if (u.kind === 'struct') {
      offset += offsetof(u, index);
      type = must(u.fields[index], 'a field').type;
    } else if (u.kind === 'array') {
      offset += index * sizeof(u.elem);
      type = u.elem;
    }
  }
  return offset;
}

/** The address of a part, as a pointer value. */
export function kernelAddress(cx: Context, { base, root, access }: KernelBinding): ValueId {
  if (access.length === 0) return base;
  const offset = relocated(cx, 'i64', root, access, 'field-offset', localOffset(root, access));
  const pointer = cx.b.emit('ptradd', 'ptr', [base, offset]);
  if (cx.trusted.has(base)) cx.trusted.add(pointer);
  return pointer;
}

export function readKernel(cx: Context, binding: KernelBinding, type: Type): Value {
  const shape = shapeOf(type);
  const isBytes = under(type).kind === 'array';
  if (shape !== 'scalar' && !isBytes) {
    report(cx, 'kernel-copy', binding.span, { type: typeString(type) });
    return zeroValue(cx, type);
  }
  const pointer = kernelAddress(cx, binding);
  const direct = cx.trusted.has(binding.base) && !isBytes;
  const addr: Addr = direct ? { kind: 'pointer', base: pointer, offset: 0 } : probed(cx, pointer, type);
  if (isBytes) return memory(addr);
  const id = loadScalar(cx, addr, scalarOf(type));
  if (direct && scalarOf(type).ir === 'ptr') cx.trusted.add(id);
  return scalar(id);
}

/** A copy of memory that the verifier does not know, zero where the address is none. */
export function probed(cx: Context, pointer: ValueId, type: Type): Addr {
  const addr = newMemory(cx, type);
  cx.b.invoke('helper', 'probe_read_kernel', [address(cx, addr), int(cx, sizeof(type)), pointer], null);
  return addr;
}

/** An error; the store shows the kernel what it is. */
export function writeKernel(cx: Context, binding: KernelBinding, type: Type, value: Value, span: Span): void {
  report(cx, 'kernel-write', span, {});
  if (value.kind !== 'scalar') return;
  const addr: Addr = { kind: 'pointer', base: kernelAddress(cx, binding), offset: 0 };
  storeScalar(cx, addr, scalarOf(type), value.id);
}

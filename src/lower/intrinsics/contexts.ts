/**
 * Fields of program contexts: places with the offset and width of the kernel's layout.
 *
 *     ctx.Mark = 5   (ctx *bpf.SKB)   →   store.32 v0 + 8, 5
 *
 * The kernel rewrites such accesses: they have the field's own width, whatever its Go type, and a constant offset.
 */

import type { TExpr, TFieldSel } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import type { Span } from '../../base/source.ts';
import { type ContextField, contextField, contextRow } from '../../bpf/contexts.ts';
import { typeString, under } from '../../check/types.ts';
import type { AccessBits } from '../../ir/builder.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report, requireKernel } from '../context.ts';
import { noteField } from '../context-uses.ts';
import { checkNil, compare, constant, loadScalar, narrow, normalise, storeScalar, widen } from '../emit.ts';
import { scalarValue } from '../expressions.ts';
import type { Place } from '../places.ts';
import { arrayLength, elemOf, scalarOf, shapeOf } from '../shapes.ts';
import { type Binding, memory, scalar, shift, type Value } from '../values.ts';
import { newMemory, partOffset, zeroValue } from '../variables.ts';

type ContextBinding = Binding & { kind: 'context' };

/** Name of the SDK's context type that the pointer type points to (or of `Sock` and the like), else null. */
export function contextName(type: Type): string | null {
  const elem = under(type).kind === 'pointer' ? elemOf(type) : type;
  return elem.kind === 'named' && elem.pkg === 'bpf' && contextRow(elem.name) !== null ? elem.name : null;
}

/** `ctx.Regs.Arg1` as the pointer and `Regs.Arg1`. */
function contextPath(x: TFieldSel): { readonly pointer: TExpr; readonly path: string } | null {
  const names: string[] = [];
  let at: TExpr = x;
  while (at.kind === 'field') {
    names.unshift(at.name);
    at = at.x;
  }
  return at.kind === 'deref' && contextName(at.x.type) !== null
    ? { pointer: at.x, path: names.join('.') }
    : null;
}

/** The place of a context field, or null if the selector is no context field. */
export function fieldPlace(cx: Context, x: TFieldSel): Place | null {
  const found = contextPath(x);
  if (found === null) return null;
  const name = contextName(found.pointer.type);
  const field = name === null ? null : contextField(name, found.path, cx.module.target.arch);
  if (name === null || field === null) return null;
  const base = scalarValue(cx, found.pointer);
  return () => {
    checkNil(cx, base);
    if (field.since !== undefined)
      requireKernel(cx.module, field.since, `the field ${found.path} of a bpf.${name}`, x.span);
    return { kind: 'context', base, field, context: name, path: found.path, span: x.span, index: 0 };
  };
}

const bitsOf = (field: ContextField): AccessBits =>
  field.width === 8 ? 64 : field.width === 4 ? 32 : field.width === 2 ? 16 : 8;

export function readContext(cx: Context, binding: ContextBinding, type: Type): Value {
  const { base, field, context, path, span } = binding;
  if (shapeOf(type) === 'memory') return readElements(cx, binding, type);
  noteField(cx, base, { access: 'read', context, path, field, span });
  const held = scalarOf(type);
  const offset = field.offset + binding.index * field.width;
  if (held.ir === 'ptr') {
    const pointer = cx.b.load('ptr', bitsOf(field), base, offset);
    if (field.kind === 'sock-common-or-null') cx.commonSocks.add(pointer);
    return scalar(pointer);
  }
  const id = cx.b.load(field.width === 8 ? 'i64' : 'i32', bitsOf(field), base, offset);
  if (held.bool) return scalar(compare(cx, 'icmp.ne', id, constant(cx, cx.b.typeOf(id), 0n)));
  if (held.bits === 64) return scalar(widen(cx, id, held.signed));
  return scalar(
    field.width * 8 === held.bits && !held.signed ? narrow(cx, id) : normalise(cx, narrow(cx, id), held),
  );
}

function readElements(cx: Context, binding: ContextBinding, type: Type): Value {
  if (under(type).kind !== 'array') return zeroValue(cx, type);
  const addr = newMemory(cx, type);
  const elem = elemOf(type);
  for (let index = 0; index < arrayLength(type); index++) {
    const value = readContext(cx, { ...binding, index }, elem);
    if (value.kind === 'scalar')
      storeScalar(cx, shift(addr, partOffset(type, index)), scalarOf(elem), value.id);
  }
  return memory(addr);
}

export function writeContext(
  cx: Context,
  binding: ContextBinding,
  type: Type,
  value: Value,
  span: Span,
): void {
  const { base, field } = binding;
  const { context, path } = binding;
  noteField(cx, base, { access: 'write', context, path, field, span });
  if (value.kind === 'memory' && under(type).kind === 'array') {
    const elem = elemOf(type);
    for (let index = 0; index < arrayLength(type); index++) {
      const part = loadScalar(cx, shift(value.addr, partOffset(type, index)), scalarOf(elem));
      writeContext(cx, { ...binding, index }, elem, scalar(part), span);
    }
    return;
  }
  if (value.kind !== 'scalar') {
    report(cx, 'no-ebpf-form', span, { name: `a context field of type ${typeString(type)}` });
    return;
  }
  cx.b.store(
    bitsOf(field),
    base,
    field.offset + binding.index * field.width,
    fitted(cx, value.id, field, type),
  );
}

/** The value as wide as the field. */
function fitted(cx: Context, id: ValueId, field: ContextField, type: Type): ValueId {
  if (cx.b.typeOf(id) === 'ptr') return id;
  return field.width === 8 ? widen(cx, id, scalarOf(type).signed) : narrow(cx, id);
}

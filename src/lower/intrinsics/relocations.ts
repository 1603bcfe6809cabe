/**
 * Questions about the running kernel's types, which the loader answers (CO-RE relocations), and the current task.
 *
 *     bpf.FieldExists(&sk.Common.DPort)   →   v1: i32 = core Sock/0:0:2/field-exists
 *
 * The field is only named: nothing is read.
 */

import type { TExpr, TIntrinsic } from '../../ast/typed.ts';
import type { NamedType } from '../../ast/types.ts';
import { must } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report } from '../context.ts';
import { compare, constant, nonNil } from '../emit.ts';
import { kernelType, relocated, relocatedEnum } from '../kernel.ts';
import { elemOf } from '../shapes.ts';
import { scalar, type Value } from '../values.ts';
import type { IntrinsicRow } from './table.ts';

export const relocationRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.FieldExists': (cx, call) => aboutField(cx, call, 'field-exists', (id) => truth(cx, id), 1),
  'bpf.FieldSize': (cx, call) =>
    aboutField(cx, call, 'field-size', (id) => id, sizeof(must(call.typeArgs[0], 'a type'))),
  'bpf.TypeExists': (cx, call) => aboutType(cx, call, 'type-exists', (id) => truth(cx, id), 1),
  'bpf.TypeSize': (cx, call) =>
    aboutType(cx, call, 'type-size', (id) => id, sizeof(must(call.typeArgs[0], 'a type'))),
  'bpf.EnumExists': (cx, call, args) => {
    const [name, member] = enumNames(cx, call, args);
    return scalar(truth(cx, relocatedEnum(cx, 'i32', name, member, 'enumval-exists')));
  },
  'bpf.EnumValue': (cx, call, args) => {
    const [name, member] = enumNames(cx, call, args);
    return scalar(relocatedEnum(cx, 'i64', name, member, 'enumval-value'));
  },
  'bpf.CurrentTask': (cx) => {
    const [major, minor] = cx.module.target.kernel;
    const typed = major > 5 || (major === 5 && minor >= typedTaskSince);
    const helper = typed ? 'get_current_task_btf' : 'get_current_task';
    const task = nonNil(cx, must(cx.b.invoke('helper', helper, [], 'ptr'), 'a task'));
    if (typed) cx.trusted.add(task);
    return scalar(task);
  },
};

/** get_current_task_btf is of Linux 5.11. */
const typedTaskSince = 11;

/** Rows whose argument is named, not evaluated. */
export const unevaluated: ReadonlySet<string> = new Set([
  'bpf.FieldExists',
  'bpf.FieldSize',
  'bpf.BitField',
  'bpf.Kconfig.Get',
]);

function truth(cx: Context, id: ValueId): ValueId {
  return compare(cx, 'icmp.ne', id, constant(cx, 'i32', 0n));
}

function aboutField(
  cx: Context,
  call: TIntrinsic,
  kind: string,
  result: (id: ValueId) => ValueId,
  local: number,
): Value {
  const path = fieldPath(call.args[0]);
  if (path !== null) return scalar(result(relocated(cx, 'i32', path.root, path.access, kind, local)));
  report(cx, 'no-kernel-field', call.args[0]?.span ?? call.span, {});
  return scalar(constant(cx, 'i32', 0n));
}

function aboutType(
  cx: Context,
  call: TIntrinsic,
  kind: string,
  result: (id: ValueId) => ValueId,
  local: number,
): Value {
  const type = kernelType(must(call.typeArgs[0], 'a type'));
  if (type !== null) return scalar(result(relocated(cx, 'i32', type, [], kind, local)));
  if (kind === 'type-size') return scalar(constant(cx, 'i32', BigInt(local)));
  report(cx, 'no-kernel-field', call.span, {});
  return scalar(constant(cx, 'i32', 0n));
}

/** `&p.A.B` as the struct behind p and the indexes of A and B. */
function fieldPath(
  x: TExpr | undefined,
): { readonly root: NamedType; readonly access: readonly number[] } | null {
  if (x?.kind !== 'addr') return null;
  const access: number[] = [];
  let at: TExpr = x.x;
  while (at.kind === 'field') {
    access.unshift(at.index);
    at = at.x;
  }
  if (at.kind !== 'deref' || access.length === 0) return null;
  const root = kernelType(elemOf(at.x.type));
  return root === null ? null : { root, access };
}

function enumNames(cx: Context, call: TIntrinsic, args: readonly Value[]): readonly [string, string] {
  const [name, member] = [args[0], args[1]];
  if (name?.kind === 'string' && member?.kind === 'string' && name.text !== null && member.text !== null)
    return [name.text, member.text];
  report(cx, 'string-not-constant', call.span, {});
  return ['', ''];
}

/**
 * Calls of kernel functions, declared in Go by `//bpf:kfunc NAME`: arguments and the result are registers.
 *
 *     taskFromPid(1)   →   v3: ptr = kfunc @bpf_task_from_pid(v2)
 *
 * Structs go by address, constant strings as addresses in .rodata, maps as maps; what the kernel fills in itself is 0.
 */

import type { TFunc } from '../ast/typed.ts';
import type { Span } from '../base/source.ts';
import { kfuncPrototype } from '../bpf/kfuncs.ts';
import { under } from '../check/types.ts';
import type { ValueId } from '../ir/ir.ts';
import { type Context, report } from './context.ts';
import { address, constant, normalise } from './emit.ts';
import { kernelType } from './kernel.ts';
import { mapSymbol } from './maps.ts';
import { pointerScalar, scalarOf, shapeOf } from './shapes.ts';
import { stringSymbol } from './strings.ts';
import { none, scalar, type Value } from './values.ts';

export function kernelCall(
  cx: Context,
  func: TFunc,
  name: string,
  args: readonly Value[],
  span: Span,
): Value {
  if (!cx.module.target.sections) report(cx, 'needs-object', span, { what: `the kernel function ${name}` });
  const given = args.map((value) => argument(cx, value, name, span));
  const passed =
    kfuncPrototype(name)?.params.map((p) =>
      p.hidden ? constant(cx, 'i64', 0n) : (given.shift() ?? constant(cx, 'i64', 0n)),
    ) ?? given;
  const result = func.results[0];
  if (result === undefined) {
    cx.b.invoke('kfunc', name, passed, null);
    return none;
  }
  const held = shapeOf(result.type) === 'scalar' ? scalarOf(result.type) : pointerScalar;
  const value = cx.b.invoke('kfunc', name, passed, held.ir);
  if (value === null) return none;
  const u = under(result.type);
  if (u.kind === 'pointer' && kernelType(u.elem) !== null) cx.trusted.add(value);
  return scalar(normalise(cx, value, held));
}

function argument(cx: Context, value: Value, name: string, span: Span): ValueId {
  switch (value.kind) {
    case 'scalar':
      return value.id;
    case 'memory':
      return address(cx, value.addr);
    case 'map':
      return cx.b.symbol('mapaddr', mapSymbol(cx.module, value.map));
    case 'string':
      if (value.text !== null) return cx.b.symbol('stringaddr', stringSymbol(cx.module, value.text));
      report(cx, 'string-not-constant', span, {});
      return constant(cx, 'ptr', 0n);
    default:
      report(cx, 'kfunc-argument', span, { name });
      return constant(cx, 'i64', 0n);
  }
}

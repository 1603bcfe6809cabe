/**
 * Values that the loader finds: the kernel's configuration.
 *
 *     var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}
 *     hz.Get()      →   v3: ptr = globaladdr @CONFIG_HZ;  v4: i32 = load.u32 v3        CONFIG_HZ in .kconfig
 */

import type { TExpr, TGlobal, TIntrinsic } from '../../ast/typed.ts';
import type { ConstValue, Type } from '../../ast/types.ts';
import { alignof, sizeof } from '../../check/layout.ts';
import { isBoolean, isInteger, typeString, under } from '../../check/types.ts';
import { type Context, report } from '../context.ts';
import { loadScalar, normalise } from '../emit.ts';
import { scalarOf } from '../shapes.ts';
import { scalar, type Value } from '../values.ts';
import { zeroValue } from '../variables.ts';
import type { IntrinsicRow } from './table.ts';

export const externRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.Kconfig.Get': (cx, call) => configuration(cx, call),
};

function configuration(cx: Context, call: TIntrinsic): Value {
  const { type, span } = call;
  const declared = declaration(call.args[0]);
  const name = declared === null ? null : field(declared, 'Name');
  if (declared === null || name?.kind !== 'string' || name.value === '') {
    report(cx, 'kconfig-name', span, {});
    return zeroValue(cx, type);
  }
  if (!isInteger(type) && !isBoolean(type)) {
    report(cx, 'kconfig-type', span, { type: typeString(type) });
    return zeroValue(cx, type);
  }
  if (!cx.module.target.sections) {
    report(cx, 'needs-object', span, { what: `the kernel's ${name.value}` });
    return zeroValue(cx, type);
  }
  const weak = field(declared, 'Weak');
  demand(cx, name.value, type, weak?.kind === 'bool' && weak.value);
  const held = scalarOf(type);
  const id = loadScalar(cx, { kind: 'global', name: name.value, offset: 0 }, held);
  return scalar(normalise(cx, id, held));
}

/** Several variables of one name are one value; it may be missing where all of them allow it. */
function demand({ module }: Context, name: string, type: Type, weak: boolean): void {
  const before = module.globals.get(name);
  if (before !== undefined && (weak || before.weak !== true)) return;
  module.globals.set(name, {
    name,
    section: '.kconfig',
    size: sizeof(type),
    align: alignof(type),
    init: new Uint8Array(),
    ...(weak ? { weak } : {}),
  });
}

/** The package variable whose method is called. */
function declaration(receiver: TExpr | undefined): TGlobal | null {
  const x = receiver?.kind === 'addr' ? receiver.x : receiver;
  return x?.kind === 'globalref' ? x.global : null;
}

function field({ type, init }: TGlobal, name: string): ConstValue | null {
  const struct = under(type);
  if (init?.kind !== 'composite' || struct.kind !== 'struct') return null;
  const index = struct.fields.findIndex((f) => f.name === name);
  const value = init.elements.find((e) => e.index === index)?.value;
  return value?.kind === 'const' ? value.value : null;
}

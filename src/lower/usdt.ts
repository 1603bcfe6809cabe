/**
 * Arguments of static probes (USDT). Where an argument is, a note in the executable says: a constant, a register, or
 * memory that a register points to. The loader reads the note and leaves what it found in a map, under the number that
 * it gives as the attachment's cookie; the names and the layout of the maps are libbpf's (src/usdt.bpf.h).
 *
 *     func Setjmp(ctx *bpf.USDT, env uint64, value int32)
 *
 *     spec = lookup __bpf_usdt_specs[cookie];  value = spec.args[1]: kind, register, offset, sign, width
 */

import { features, supports } from '../bpf/kernels.ts';
import { usdtMaps, usdtSpec } from '../bpf/usdt.ts';
import { must } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { basic } from '../check/types.ts';
import type { MapDecl, ValueId } from '../ir/ir.ts';
import { type Context, type ModuleContext, requireKernel } from './context.ts';
import {
  address,
  arith,
  checkNil,
  choose,
  compare,
  constant,
  int,
  loadCell,
  newCell,
  slotAddr,
  widen,
} from './emit.ts';
import { byReference } from './intrinsics/helpers.ts';

/** The maps that the loader fills; they are made when a program has arguments of a probe, or asks for its cookie. */
export const usdtMapDecls: readonly MapDecl[] = Object.entries(usdtMaps).map(([name, map]) => ({
  name,
  ...map,
  flags: 0,
  pin: false,
}));

const used = new WeakSet<ModuleContext>();

export const usesUsdt = (module: ModuleContext): boolean => used.has(module);

const specs = new WeakMap<Context, ValueId>();

/** The loader's record of the probe, never nil; `keep`: whatever follows in the function may use it. */
function specOf(cx: Context, context: ValueId, span: Span, keep: boolean): ValueId {
  const known = specs.get(cx);
  if (known !== undefined) return known;
  used.add(cx.module);
  const { since, doc, instead } = features.attach_cookies;
  if (!supports(cx.module.target.kernel.join('.'), since))
    requireKernel(cx.module, since, doc, span, instead);
  const cookie = must(cx.b.invoke('helper', 'get_attach_cookie', [context], 'i64'), 'a cookie');
  const key = byReference(cx, cx.b.emit('trunc', 'i32', [cookie]), basic('uint32'));
  const map = cx.b.symbol('mapaddr', '__bpf_usdt_specs');
  const spec = must(cx.b.invoke('helper', 'map_lookup_elem', [map, key], 'ptr'), 'a pointer');
  checkNil(cx, spec);
  if (keep) specs.set(cx, spec);
  return spec;
}

/** Argument `n`, from 0, in 64 bits, read where the program starts; 0 where it could not be read. */
export function usdtArgument(cx: Context, context: ValueId, n: number, span: Span): ValueId {
  const spec = specOf(cx, context, span, true);
  const at = n * usdtSpec.argSize;
  const offset = cx.b.load('i64', 64, spec, at + usdtSpec.value);
  const kind = cx.b.load('i32', 8, spec, at + usdtSpec.kind);
  const register = cx.b.load('i64', 16, spec, at + usdtSpec.register, true);
  const is = (k: number): ValueId => compare(cx, 'icmp.eq', kind, constant(cx, 'i32', BigInt(k)));
  const word = choose(
    cx,
    'i64',
    is(usdtSpec.kinds.constant),
    () => offset,
    () => {
      const held = copied(cx, 'probe_read_kernel', cx.b.emit('ptradd', 'ptr', [context, register]));
      return choose(
        cx,
        'i64',
        is(usdtSpec.kinds.register),
        () => held,
        () => copied(cx, 'probe_read_user', arith(cx, 'add', held, offset)),
      );
    },
  );
  const shift = widen(cx, cx.b.load('i32', 8, spec, at + usdtSpec.shift), false);
  const count = arith(cx, 'and', shift, int(cx, 63));
  const high = arith(cx, 'shl', word, count);
  const signed = cx.b.load('i32', 8, spec, at + usdtSpec.signed);
  return choose(
    cx,
    'i64',
    compare(cx, 'icmp.ne', signed, constant(cx, 'i32', 0n)),
    () => arith(cx, 'ashr', high, count),
    () => arith(cx, 'lshr', high, count),
  );
}

/** Eight bytes from somewhere, zero where they cannot be read. */
function copied(cx: Context, helper: 'probe_read_kernel' | 'probe_read_user', from: ValueId): ValueId {
  const cell = newCell(cx, 'i64');
  cx.b.invoke('helper', helper, [address(cx, slotAddr(cell)), int(cx, 8), from], null);
  return loadCell(cx, cell, 'i64');
}

/** The number that the user gave at attach time; the attachment's own cookie is the loader's. */
export function usdtCookie(cx: Context, context: ValueId, span: Span): ValueId {
  return cx.b.load('i64', 64, specOf(cx, context, span, false), usdtSpec.cookie);
}

/**
 * Packets: `At`, `Packet`, `Load`, `Store`.
 *
 *     p := bpf.At[IPv4](ctx, off)   →   off <= 0xffff and data + off + 20 <= data_end ? data + off : nil
 *
 * A slice of the packet has its data pointer as base. Invariant: a pointer into the packet is used only where the
 * comparison with data_end that covers it dominates, on that very pointer.
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { must, unreachable } from '../../base/assert.ts';
import { type ContextField, contextField } from '../../bpf/contexts.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import { noteUse } from '../context-uses.ts';
import type { Context } from '../context.ts';
import {
  abortIf,
  abortUnless,
  address,
  branch,
  choose,
  clearMemory,
  compare,
  constant,
  copyMemory,
  enter,
  int,
  jump,
  known,
  maximum,
  widen,
} from '../emit.ts';
import { type Addr, type PacketPart, type Region, scalar, type Value } from '../values.ts';
import { newMemory, read } from '../variables.ts';
import { contextName } from './contexts.ts';
import { pointerTo } from './helpers.ts';
import { argType, type IntrinsicRow, scalarArg, tuple } from './table.ts';

/** Offsets beyond are none: the verifier's MAX_PACKET_OFF. */
const maxOffset = 0xffff;

export const packetRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.At': (cx, call, args) => {
    const type = must(call.typeArgs[0], 'At without type');
    return scalar(pointerAt(cx, call, scalarArg(args, 0), scalarArg(args, 1), sizeof(type)));
  },
  'bpf.Load': (cx, call, args) => loadBytes(cx, call, args),
  'bpf.Store': (cx, call, args) => {
    const name = nameOf(call);
    const helper = name === 'XDP' ? 'xdp_store_bytes' : 'skb_store_bytes';
    const type = argType(call, 2);
    const from = pointerTo(cx, must(args[2], 'value'), type);
    const passed = [scalarArg(args, 0), widen(cx, scalarArg(args, 1), false), from, int(cx, sizeof(type))];
    const flags = name === 'XDP' ? [] : [int(cx, 0)];
    const failed = must(cx.b.invoke('helper', helper, [...passed, ...flags], 'i64'), 'result');
    return scalar(compare(cx, 'icmp.eq', failed, int(cx, 0)));
  },
  'bpf.XDP.Packet': (cx, call, args) => packet(cx, call, args, 'packet'),
  'bpf.SKB.Packet': (cx, call, args) => packet(cx, call, args, 'packet'),
  'bpf.SkMsg.Packet': (cx, call, args) => packet(cx, call, args, 'packet'),
  'bpf.XDP.Meta': (cx, call, args) => packet(cx, call, args, 'meta'),
  'bpf.Sockopt.Optval': (cx, call, args) => packet(cx, call, args, 'optval'),
};

type Bound = 'Data' | 'DataEnd' | 'DataMeta' | 'Optval' | 'OptvalEnd';

/** First byte and end of each part. */
const bounds: Readonly<Record<PacketPart, { readonly start: Bound; readonly end: Bound }>> = {
  packet: { start: 'Data', end: 'DataEnd' },
  meta: { start: 'DataMeta', end: 'Data' },
  optval: { start: 'Optval', end: 'OptvalEnd' },
};

function nameOf(call: TIntrinsic): string {
  return must(contextName(argType(call, 0)), 'a context');
}

/** A pointer field of the context. */
function bound(cx: Context, name: string, which: Bound, context: ValueId): ValueId {
  const field: ContextField = must(contextField(name, which, cx.module.target.arch), `${name} has a packet`);
  return cx.b.load('ptr', field.width === 8 ? 64 : 32, context, field.offset);
}

function requireDirect(cx: Context, call: TIntrinsic): void {
  noteUse(cx, { access: 'packet', span: call.span });
}

function pointerAt(cx: Context, call: TIntrinsic, context: ValueId, off: ValueId, size: number): ValueId {
  requireDirect(cx, call);
  const name = nameOf(call);
  const offset = widen(cx, off, false);
  const missing = cx.b.newBlock();
  const join = cx.b.newBlock(['ptr']);
  const n = known(cx, offset);
  const limit = BigInt(maxOffset - size);
  const max = maximum(cx, offset);
  if (max === null || max > limit) {
    const inside = cx.b.newBlock();
    branch(cx, compare(cx, 'icmp.ule', offset, int(cx, limit)), inside, missing);
    enter(cx, inside);
  }
  const end = bound(cx, name, 'DataEnd', context);
  const data = bound(cx, name, 'Data', context);
  const pointer =
    n === null ? cx.b.emit('ptradd', 'ptr', [data, offset]) : cx.b.offset(data, Number(n & 0xffffn));
  const there = cx.b.newBlock();
  branch(cx, compare(cx, 'icmp.ugt', cx.b.offset(pointer, size), end), missing, there);
  enter(cx, there);
  jump(cx, join, [pointer]);
  enter(cx, missing);
  jump(cx, join, [constant(cx, 'ptr', 0n)]);
  enter(cx, join);
  const found = cx.b.param(join, 0);
  cx.outside.add(found);
  return found;
}

function packet(cx: Context, call: TIntrinsic, args: readonly Value[], part: PacketPart): Value {
  if (part !== 'optval') requireDirect(cx, call);
  const name = nameOf(call);
  const context = scalarArg(args, 0);
  const end = bound(cx, name, bounds[part].end, context);
  const base = bound(cx, name, bounds[part].start, context);
  const all = cx.b.emit('ptrdiff', 'i64', [end, base]);
  const len = choose(
    cx,
    'i64',
    compare(cx, 'icmp.ule', all, int(cx, maxOffset)),
    () => all,
    () => int(cx, maxOffset),
  );
  return {
    kind: 'slice',
    region: { kind: 'packet', context: name, part },
    base,
    low: int(cx, 0),
    len,
    cap: len,
  };
}

/** The address of `size` bytes at `start` of the packet, after the checks that the verifier wants. */
export function packetBytes(
  cx: Context,
  region: Region & { kind: 'packet' },
  base: ValueId,
  start: ValueId,
  size: number,
): Addr {
  const context = cx.contextParam ?? unreachable('a packet without a context');
  const n = known(cx, start);
  if (n === null) abortUnless(cx, compare(cx, 'icmp.ule', start, int(cx, maxOffset - size)));
  const pointer = n === null ? cx.b.emit('ptradd', 'ptr', [base, start]) : cx.b.offset(base, Number(n));
  const end = bound(cx, region.context, bounds[region.part].end, context);
  abortIf(cx, compare(cx, 'icmp.ugt', cx.b.offset(pointer, size), end));
  return { kind: 'pointer', base: pointer, offset: 0 };
}

const xdpLoadBytes = [5, 18] as const;

/** A copy of the bytes, and whether they are there; zero where not. */
function loadBytes(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  const type = must(call.typeArgs[0], 'Load without type');
  const name = nameOf(call);
  const addr = newMemory(cx, type);
  clearMemory(cx, addr, type);
  const [major, minor] = cx.module.target.kernel;
  const old = major < xdpLoadBytes[0] || (major === xdpLoadBytes[0] && minor < xdpLoadBytes[1]);
  const found =
    name === 'XDP' && old ? copyOut(cx, call, args, type, addr) : helperLoad(cx, name, args, type, addr);
  return tuple(read(cx, { kind: 'memory', addr, exact: true }, type), scalar(found));
}

function helperLoad(cx: Context, name: string, args: readonly Value[], type: Type, addr: Addr): ValueId {
  const helper = name === 'XDP' ? 'xdp_load_bytes' : 'skb_load_bytes';
  const place = [address(cx, addr), int(cx, sizeof(type))];
  const passed = [scalarArg(args, 0), widen(cx, scalarArg(args, 1), false), ...place];
  return compare(cx, 'icmp.eq', must(cx.b.invoke('helper', helper, passed, 'i64'), 'result'), int(cx, 0));
}

/** Before Linux 5.18 xdp has no helper for it: through a pointer. */
function copyOut(cx: Context, call: TIntrinsic, args: readonly Value[], type: Type, addr: Addr): ValueId {
  const pointer = pointerAt(cx, call, scalarArg(args, 0), scalarArg(args, 1), sizeof(type));
  const found = compare(cx, 'icmp.ne', pointer, constant(cx, 'ptr', 0n));
  const there = cx.b.newBlock();
  const done = cx.b.newBlock();
  branch(cx, found, there, done);
  enter(cx, there);
  copyMemory(cx, addr, { kind: 'pointer', base: pointer, offset: 0 }, type);
  jump(cx, done);
  enter(cx, done);
  return found;
}

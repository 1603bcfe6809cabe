/**
 * What to write instead, where the mistake is a well-known one: the help of errors whose row leaves it open. '' is no
 * advice.
 *
 *     if v > 10      (v := m.Lookup(k))     →   v points to the value: compare it with nil first, then use *v
 */

import type { Type } from '../ast/types.ts';
import { describe, type Operand, textOf } from './operand.ts';
import type { Env } from './scope.ts';
import { nearest } from './spelling.ts';
import { isInteger, isString, under } from './types.ts';

const networkOrder: Readonly<Record<string, number>> = { Be16: 16, Be32: 32, Be64: 64 };

/** Bits of a number in network byte order, or null. */
export function networkBits(type: Type): number | null {
  return type.kind === 'named' && type.pkg === 'bpf' ? (networkOrder[type.name] ?? null) : null;
}

const isBytes = (type: Type): boolean => {
  const u = under(type);
  return u.kind === 'array' && isInteger(u.elem);
};

export function mismatchAdvice(env: Env, x: Operand, y: Operand): string {
  for (const [one, other] of [
    [x, y],
    [y, x],
  ] as const) {
    const text = textOf(env, one.span);
    const bits = networkBits(one.type);
    if (bits !== null && isInteger(other.type))
      return `${text} is in network byte order: write ${text}.Host(), or bpf.HToN${bits}(${textOf(env, other.span)})`;
    if (under(one.type).kind === 'pointer' && under(other.type).kind !== 'pointer')
      return `${text} points to the value: compare it with nil first, then use *${text}`;
    if (isBytes(one.type) && isString(other.type))
      return 'text in memory is an array of bytes: compare its elements, or two arrays of one length';
  }
  return 'convert one operand to the type of the other';
}

/** For a value that is not assignable to the type. */
export function assignAdvice(env: Env, op: Operand, type: Type): string {
  const from = under(op.type);
  const text = textOf(env, op.span);
  if (from.kind === 'pointer' && under(type).kind !== 'pointer')
    return text.startsWith('&')
      ? `it is passed by value: write ${text.slice(1)}`
      : `${text} is a pointer: compare it with nil, then write *${text}`;
  const bits = networkBits(type);
  if (bits !== null && isInteger(op.type)) return `write bpf.HToN${bits}(${text})`;
  return '';
}

const contextsWithPacket: readonly string[] = ['XDP', 'SKB', 'SkMsg', 'SkReuseport'];

/** For a name that the type does not have. */
export function memberAdvice(type: Type, name: string): string {
  const base = type.kind === 'pointer' ? type.elem : type;
  const isContext = base.kind === 'named' && base.pkg === 'bpf' && contextsWithPacket.includes(base.name);
  if (isContext && /^data(_?(end|meta))?$/i.test(name))
    return 'ctx.Packet() is the packet as a slice; bpf.At[T](ctx, offset) points into it, or is nil where it ends before';
  const u = under(base);
  const near =
    u.kind === 'struct'
      ? nearest(
          name,
          u.fields.map((field) => field.name),
        )
      : null;
  return near === null ? '' : `did you mean ${near}?`;
}

/** What there is in place of packages of the standard library. */
const instead: Readonly<Record<string, string>> = {
  fmt: 'bpf.Printk writes to the trace pipe, which bpfc run shows',
  log: 'bpf.Printk writes to the trace pipe, which bpfc run shows',
  time: 'bpf.KtimeGetNs gives the time since boot in nanoseconds; bpf.Timer calls a function later',
  os: 'bpf.CurrentPidTgid, bpf.CurrentComm and the like tell who runs; files and arguments are for the loader',
  sync: 'a map value may hold a bpf.SpinLock; sync/atomic works as it does everywhere',
  errors: 'return a bool or a number: there are no interface values',
  flag: 'write //bpf:config above a package variable: the loader sets it, the generated program has a flag for it',
  strings: 'text is arrays of bytes here: loop over them',
  bytes: 'compare arrays of one length with ==, or loop over slices',
  strconv: 'bpf.Printk formats numbers; bpf.Strtol reads them',
  net: 'addresses are numbers in network byte order: bpf.IP4(10, 0, 0, 1)',
  'net/netip': 'addresses are numbers in network byte order: bpf.IP4(10, 0, 0, 1)',
  'math/rand': 'bpf.GetPrandomU32 gives random numbers',
  context: 'a program runs to its end at once; its parameter is what the kernel calls the context',
};

export function packageAdvice(path: string): string {
  return (
    instead[path] ??
    'of the standard library there are math/bits, encoding/binary, sync/atomic and unsafe; the rest is in "bpfc/sdk/bpf"'
  );
}

/** For a left side of two and a right side of one. */
export function countAdvice(env: Env, op: Operand, want: number, have: number): string {
  if (want === 2 && have === 1 && op.mode === 'value' && under(op.type).kind === 'pointer')
    return 'it gives a pointer, which is nil when there is nothing: v := …; if v != nil { … }';
  return have > 1 ? `it gives ${describe(env, op)}` : '';
}

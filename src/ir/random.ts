/**
 * Random modules for tests: well-formed, terminating, rich in what passes treat (slots, copies, loops, calls that
 * abort, maps, globals, prints). The same seed gives the same module.
 *
 *     randomModule(7)      // { funcs: [@f0, @main], maps: [@m0], … }; @main takes (ctx: ptr, n: i64)
 *
 * Invariant: running @main never traps, so that any trap after a pass is the pass's fault.
 */

import { type ArithOp, type CompareOp, FuncBuilder } from './builder.ts';
import type { Func, Global, IrType, MapDecl, Module, SlotId, ValueId } from './ir.ts';
import type { OpName } from './ops.ts';

export interface Random {
  /** 0 … n-1. */
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
  chance(percent: number): boolean;
  bits(w: number): bigint;
}

/** A small counter-based generator (splitmix of 32 bits). */
export function randomOf(seed: number): Random {
  let state = (seed * 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
  const below = (n: number): number => next() % n;
  return {
    below,
    pick: (list) => list[below(list.length)]!,
    chance: (percent) => below(100) < percent,
    bits: (w) => BigInt.asUintN(w, (BigInt(next()) << 32n) | BigInt(next())),
  };
}

const arith: readonly ArithOp[] = [
  'add',
  'sub',
  'mul',
  'udiv',
  'sdiv',
  'urem',
  'srem',
  'and',
  'or',
  'xor',
  'shl',
  'lshr',
  'ashr',
];
const compares: readonly CompareOp[] = [
  'icmp.eq',
  'icmp.ne',
  'icmp.ult',
  'icmp.ule',
  'icmp.ugt',
  'icmp.uge',
  'icmp.slt',
  'icmp.sle',
  'icmp.sgt',
  'icmp.sge',
];
const interesting: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  4n,
  7n,
  8n,
  16n,
  31n,
  32n,
  63n,
  255n,
  256n,
  0xffffn,
  -1n,
  -2n,
  -128n,
];
const names = ['x', 'Key', 'a.b', 'T[uint32]', 'weird "name"', 'ü', 'f$1'];

interface Context {
  readonly r: Random;
  readonly b: FuncBuilder;
  readonly slots: readonly { readonly id: SlotId; readonly size: number }[];
  /** Values that may be used here, by type. */
  readonly ints: { i32: ValueId[]; i64: ValueId[] };
  readonly funcs: readonly Func[];
  readonly module: Omit<Module, 'funcs' | 'programs'>;
  budget: number;
}

function place(c: Context): void {
  const { r, b } = c;
  b.pos = r.chance(20)
    ? { file: 0, line: 0, col: 0 }
    : { file: r.chance(90) ? 0 : r.below(3), line: 1 + r.below(50), col: 1 + r.below(80) };
}

function intOf(c: Context, type: 'i32' | 'i64'): ValueId {
  const { r, b } = c;
  const list = c.ints[type];
  if (list.length > 0 && r.chance(75)) return r.pick(list);
  return b.constant(type, r.chance(70) ? r.pick(interesting) : r.bits(64));
}

function addInt(c: Context, v: ValueId): void {
  const type = c.b.typeOf(v);
  if (type !== 'ptr') c.ints[type].push(v);
}

/** A slot address at an aligned offset with room for `size` bytes, or null. */
function slotPlace(c: Context, size: number): { pointer: ValueId; offset: number } | null {
  const { r, b } = c;
  const fitting = c.slots.filter((s) => s.size >= size);
  if (fitting.length === 0) return null;
  const slot = r.pick(fitting);
  const offset = size * r.below(Math.floor(slot.size / size));
  if (r.chance(50)) return { pointer: b.slotAddr(slot.id), offset };
  if (r.chance(50)) return { pointer: b.offset(b.slotAddr(slot.id), offset), offset: 0 };
  return { pointer: b.slotAddr(slot.id, offset), offset: 0 };
}

function compute(c: Context): void {
  const { r, b } = c;
  const type = r.chance(50) ? 'i32' : 'i64';
  const unary: readonly OpName[] = ['neg', 'sext8', 'sext16', 'bswap16', 'bswap32'];
  switch (r.below(6)) {
    case 0:
      addInt(c, b.compare(r.pick(compares), intOf(c, type), intOf(c, type === 'i32' ? 'i32' : 'i64')));
      return;
    case 1:
      addInt(c, b.emit(r.pick(unary), type, [intOf(c, type)]));
      return;
    case 2:
      addInt(c, b.emit(r.chance(50) ? 'zext' : 'sext', 'i64', [intOf(c, 'i32')]));
      return;
    case 3:
      addInt(c, b.emit('trunc', 'i32', [intOf(c, 'i64')]));
      return;
    default:
      addInt(c, b.arith(r.pick(arith), intOf(c, type), intOf(c, type)));
  }
}

function memory(c: Context): void {
  const { r, b } = c;
  const bits = r.pick([8, 16, 32, 64] as const);
  const at = slotPlace(c, bits / 8);
  if (at === null) return;
  const type = bits === 64 ? 'i64' : r.pick(['i32', 'i64'] as const);
  switch (r.below(7)) {
    case 0:
    case 1:
      b.store(bits, at.pointer, at.offset, intOf(c, type));
      return;
    case 2: {
      const size = r.pick([4, 8, 12, 16, 7]);
      const to = slotPlace(c, size);
      if (to !== null) b.zero(b.offset(to.pointer, to.offset), size);
      return;
    }
    case 3: {
      const [to, from] = [r.pick(c.slots), r.pick(c.slots)];
      const size = Math.min(to.size, from.size);
      if (to.id !== from.id) b.copy(b.slotAddr(to.id), b.slotAddr(from.id), size, 8);
      return;
    }
    case 4:
      global(c);
      return;
    default:
      addInt(c, b.load(type, bits, at.pointer, at.offset, r.chance(30)));
  }
}

/** A global: plain, dynamically indexed, copied. */
function global(c: Context): void {
  const { r, b } = c;
  if (c.module.globals.length === 0) return;
  const g = r.pick(c.module.globals);
  const base = b.symbol('globaladdr', g.name);
  const kind = g.section === '.rodata' ? 0 : r.below(4);
  if (kind === 0) {
    const index = b.arith('and', intOf(c, 'i64'), b.constant('i64', 7n));
    addInt(c, b.load('i32', 8, b.emit('ptradd', 'ptr', [base, index]), 0, r.chance(50)));
  } else if (kind === 1) {
    b.copy(base, b.slotAddr(c.slots[0]!.id), Math.min(8, c.slots[0]!.size));
  } else if (kind === 2) {
    addInt(c, b.emit('atomic.add.64', 'i64', [base, intOf(c, 'i64')], 0));
  } else b.store(32, base, 4, intOf(c, 'i32'));
}

function print(c: Context, v: ValueId): void {
  const { b } = c;
  const wide = b.typeOf(v) === 'i32' ? b.emit('zext', 'i64', [v]) : v;
  b.invoke('helper', 'trace_printk', [b.symbol('stringaddr', 'fmt'), b.constant('i64', 5n), wide], null);
}

function lookup(c: Context): void {
  const { r, b } = c;
  const map = c.module.maps[0];
  if (map === undefined) return;
  const handle = b.symbol('mapaddr', map.name);
  const key = b.emit('byref.32', 'ptr', [b.arith('and', intOf(c, 'i32'), b.constant('i32', 3n))]);
  if (r.chance(40)) {
    const value = b.emit('byref.64', 'ptr', [intOf(c, 'i64')]);
    addInt(c, b.invoke('helper', 'map_update_elem', [handle, key, value, b.constant('i64', 0n)], 'i64')!);
    return;
  }
  const found = b.invoke('helper', 'map_lookup_elem', [handle, key], 'ptr')!;
  const hit = b.newBlock();
  const rest = b.newBlock(['i64']);
  const nil = b.compare('icmp.eq', found, b.constant('ptr', 0n));
  b.branch(nil, rest, hit, [b.constant('i64', 0n)]);
  b.switchTo(hit);
  const old = b.load('i64', 64, found, 0);
  b.store(64, found, 0, b.arith('add', old, intOf(c, 'i64')));
  b.jump(rest, [old]);
  b.switchTo(rest);
  addInt(c, b.param(rest, 0));
}

function callFunc(c: Context): void {
  const { r, b } = c;
  if (c.funcs.length === 0) return;
  const callee = r.pick(c.funcs);
  const args = callee.blocks[0]!.params.map((p) => {
    if (p.type !== 'ptr') return intOf(c, p.type);
    return b.slotAddr(c.slots[0]!.id);
  });
  const named = callee.result !== null && r.chance(80);
  const result = b.invoke('call', callee.name, args, named ? callee.result : null);
  if (r.chance(85)) {
    const bad = b.newBlock();
    const good = b.newBlock();
    b.branch(b.emit('aborted', 'i32', []), bad, good);
    b.switchTo(bad);
    if (r.chance(30)) print(c, intOf(c, 'i32'));
    if (r.chance(70)) b.abort();
    else finish(c);
    b.switchTo(good);
  }
  if (result !== null) addInt(c, result);
}

function scoped(c: Context, make: () => void): void {
  const { i32, i64 } = c.ints;
  c.ints.i32 = [...i32];
  c.ints.i64 = [...i64];
  make();
  c.ints.i32 = i32;
  c.ints.i64 = i64;
}

function conditional(c: Context, depth: number): void {
  const { r, b } = c;
  const [yes, no, join] = [b.newBlock(), b.newBlock(), b.newBlock(['i64', 'i32'])];
  const cond = r.chance(60) ? b.compare(r.pick(compares), intOf(c, 'i32'), intOf(c, 'i32')) : intOf(c, 'i32');
  if (r.chance(20)) b.branch(cond, yes, join, [], [intOf(c, 'i64'), intOf(c, 'i32')]);
  else b.branch(cond, yes, no);
  for (const arm of [yes, no]) {
    b.switchTo(arm);
    scoped(c, () => {
      statements(c, depth - 1);
      if (r.chance(8)) finish(c);
      else if (r.chance(5)) b.abort();
      else b.jump(join, [intOf(c, 'i64'), intOf(c, 'i32')]);
    });
  }
  b.switchTo(join);
  addInt(c, b.param(join, 0));
  addInt(c, b.param(join, 1));
}

function loop(c: Context, depth: number): void {
  const { r, b } = c;
  const head = b.newBlock(['i32', 'i64']);
  const body = b.newBlock();
  const after = b.newBlock();
  b.jump(head, [b.constant('i32', 0n), intOf(c, 'i64')]);
  b.switchTo(head);
  const counter = b.param(head, 0);
  addInt(c, b.param(head, 1));
  b.branch(b.compare('icmp.ult', counter, b.constant('i32', BigInt(1 + r.below(4)))), body, after);
  b.switchTo(body);
  scoped(c, () => {
    addInt(c, counter);
    statements(c, depth - 1);
    b.jump(head, [b.arith('add', counter, b.constant('i32', 1n)), intOf(c, 'i64')]);
  });
  b.switchTo(after);
}

function statements(c: Context, depth: number): void {
  const { r } = c;
  for (let n = 1 + r.below(6); n > 0 && c.budget > 0; n--) {
    c.budget--;
    place(c);
    const kind = r.below(20);
    if (kind < 8) compute(c);
    else if (kind < 13) memory(c);
    else if (kind < 15 && depth > 0) conditional(c, depth);
    else if (kind < 16 && depth > 0) loop(c, depth);
    else if (kind < 17) lookup(c);
    else if (kind < 18) callFunc(c);
    else print(c, intOf(c, r.chance(50) ? 'i32' : 'i64'));
  }
}

function finish(c: Context): void {
  const { b } = c;
  const result = c.funcs.length % 2 === 0 ? 'i32' : 'i64';
  b.ret(intOf(c, result));
}

function randomFunc(
  r: Random,
  name: string,
  program: string | null,
  funcs: readonly Func[],
  module: Context['module'],
  size: number,
): Func {
  const params: readonly IrType[] =
    program !== null ? ['ptr', 'i64'] : r.pick([['i32'], ['i64', 'ptr'], ['i32', 'i64']] as const);
  const result = funcs.length % 2 === 0 ? 'i32' : 'i64';
  const b = new FuncBuilder({
    name,
    params,
    result,
    program,
    noinline: r.chance(20),
    pos: { file: 0, line: 1 + r.below(9), col: 1 },
  });
  const slots = Array.from({ length: 1 + r.below(4) }, () => {
    const bytes = r.pick([8, 16, 24, 8, 12, 20]);
    return { id: b.newSlot(bytes, 8, r.chance(30) ? r.pick(names) : ''), size: bytes };
  });
  const c: Context = { r, b, slots, ints: { i32: [], i64: [] }, funcs, module, budget: size };
  for (const s of slots) b.zero(b.slotAddr(s.id), s.size, 8);
  for (const p of b.params) {
    addInt(c, p);
    if (b.typeOf(p) === 'ptr' && program === null) {
      addInt(c, b.load('i32', 32, p, 4));
      if (r.chance(50)) b.store(32, p, 0, intOf(c, 'i32'));
    } else if (b.typeOf(p) === 'ptr') addInt(c, b.load('i64', 64, p, 8));
  }
  statements(c, 3);
  if (r.chance(8)) b.abort();
  else finish(c);
  return b.finish();
}

/** About `size` statements per function. */
export function randomModule(seed: number, size = 20): Module {
  const r = randomOf(seed);
  const maps: MapDecl[] = r.chance(60)
    ? [
        {
          name: r.pick(names),
          type: 'hash',
          keySize: 4,
          valueSize: 8,
          maxEntries: 3,
          flags: 0,
          pin: r.chance(20),
        },
      ]
    : [];
  const globals: Global[] = r.chance(60)
    ? [
        {
          name: `g.${r.pick(names)}`,
          section: '.data',
          size: 8,
          align: 8,
          init: Uint8Array.from({ length: 8 }, () => r.below(256)),
        },
        { name: 'zero', section: '.bss', size: 16, align: 8, init: new Uint8Array(0) },
        { name: 'fixed', section: '.rodata', size: 8, align: 1, init: new Uint8Array(8).fill(7) },
      ]
    : [];
  const strings = new Map([
    ['fmt', '%llx\n'],
    ...(r.chance(30) ? [[r.pick(names), 'a\u0000\u00ff"'] as const] : []),
  ]);
  const module = { maps, globals, strings, license: r.pick(['GPL', '', 'Dual MIT/GPL']) };
  const funcs: Func[] = [];
  for (let i = r.below(4); i > 0; i--) {
    funcs.push(randomFunc(r, i === 1 ? r.pick(names) : `f${i}`, null, [...funcs], module, size));
  }
  funcs.push(randomFunc(r, 'main', 'main', [...funcs], module, size));
  return { ...module, funcs, programs: [{ name: 'main', section: 'xdp', abortValue: BigInt(r.below(3)) }] };
}

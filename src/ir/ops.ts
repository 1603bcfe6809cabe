/**
 * The op table of the SSA form: one row per op; printer, parser, verifier, evaluator, folder, prover, liveness and
 * selection read it. An op that computes has a meaning (`sem`), written over an abstract bit-vector algebra.
 */

import type { Algebra } from '../base/algebra.ts';
import { must } from '../base/assert.ts';
import type { IrType } from './ir.ts';

/** Operand or result type: fixed, the instruction's own type `T` (i32 or i64), the type of the first argument `A`, or any. */
export type OperandType = IrType | 'T' | 'A' | 'any';

export interface OpRow {
  /** Types of the arguments; `rest` for calls, whose arguments follow a signature. */
  readonly args: readonly OperandType[] | 'rest';
  readonly result: OperandType | 'none' | 'optional';
  readonly imm: 'none' | 'int' | 'offset' | 'size' | 'slot' | 'symbol' | 'helper';
  /**
   * `pure`: depends on arguments only, removable when unused. `read`: depends on memory, removable when unused.
   * `write`: changes memory. `call`: anything.
   */
  readonly effect: 'pure' | 'read' | 'write' | 'call';
  readonly commutative?: boolean | undefined;
  /** Value of a pure op; w is the width of T (or of the first argument where that differs), x the arguments, imm the immediate. */
  readonly sem?: (<V>(k: Algebra<V>, x: readonly V[], w: number, imm: bigint) => V) | undefined;
  /** Width in bits of a memory access. */
  readonly access?: 8 | 16 | 32 | 64 | undefined;
  /** Ops on ranges of memory whose size is the immediate. */
  readonly bulk?: 'zero' | 'copy' | undefined;
  /** Of bulk ops: alignment in bytes of what is on the stack. */
  readonly align?: 1 | 2 | 4 | 8 | undefined;
  readonly doc: string;
}

type Sem = NonNullable<OpRow['sem']>;

const binary = (
  name: 'add' | 'sub' | 'mul' | 'udiv' | 'sdiv' | 'urem' | 'srem' | 'and' | 'or' | 'xor',
  commutative: boolean,
  doc: string,
) =>
  ({
    args: ['T', 'T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    commutative,
    sem: ((k, x, w) => k[name](x[0]!, x[1]!, w)) as Sem,
    doc,
  }) as const;

const shift = (name: 'shl' | 'lshr' | 'ashr', doc: string) =>
  ({
    args: ['T', 'T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) => k[name](x[0]!, x[1]!, w)) as Sem,
    doc,
  }) as const;

/** w is the operands' width; the result is an i32. */
const compare = (sem: <V>(k: Algebra<V>, a: V, b: V, w: number) => V, commutative: boolean, doc: string) =>
  ({
    args: ['any', 'A'],
    result: 'i32',
    imm: 'none',
    effect: 'pure',
    commutative,
    sem: ((k, x, w) => k.zext(sem(k, x[0]!, x[1]!, w), 1, 32)) as Sem,
    doc,
  }) as const;

const load = (access: 8 | 16 | 32 | 64, doc: string) =>
  ({ args: ['ptr'], result: 'any', imm: 'offset', effect: 'read', access, doc }) as const;
const store = (access: 8 | 16 | 32 | 64) =>
  ({
    args: ['ptr', 'any'],
    result: 'none',
    imm: 'offset',
    effect: 'write',
    access,
    doc: `store the low ${access} bits at ptr + offset`,
  }) as const;
const atomic = (access: 32 | 64, what: string) =>
  ({
    args: ['ptr', 'T'],
    result: 'optional',
    imm: 'offset',
    effect: 'write',
    access,
    doc: `atomic ${what}; a result is the old value`,
  }) as const;

const zero = (align: 1 | 2 | 4 | 8) =>
  ({
    args: ['ptr'],
    result: 'none',
    imm: 'size',
    effect: 'write',
    bulk: 'zero',
    align,
    doc: 'clear that many bytes',
  }) as const;
const copy = (align: 1 | 2 | 4 | 8) =>
  ({
    args: ['ptr', 'ptr'],
    result: 'none',
    imm: 'size',
    effect: 'write',
    bulk: 'copy',
    align,
    doc: 'copy that many bytes from the second pointer to the first; they do not overlap, or are equal',
  }) as const;

export const ops = {
  const: {
    args: [],
    result: 'any',
    imm: 'int',
    effect: 'pure',
    sem: ((k, _x, w, imm) => k.constant(imm, w)) as Sem,
    doc: 'a constant; of ptr type only nil (0)',
  },
  add: binary('add', true, 'x + y'),
  sub: binary('sub', false, 'x - y'),
  mul: binary('mul', true, 'x * y'),
  udiv: binary('udiv', false, 'unsigned x / y, 0 for y = 0'),
  sdiv: binary('sdiv', false, 'signed x / y truncated, 0 for y = 0, MIN for MIN / -1'),
  urem: binary('urem', false, 'unsigned x % y, x for y = 0'),
  srem: binary('srem', false, 'signed x % y, x for y = 0, 0 for MIN % -1'),
  and: binary('and', true, 'x & y'),
  or: binary('or', true, 'x | y'),
  xor: binary('xor', true, 'x ^ y'),
  shl: shift('shl', 'x << (y mod width)'),
  lshr: shift('lshr', 'unsigned x >> (y mod width)'),
  ashr: shift('ashr', 'signed x >> (y mod width)'),
  neg: {
    args: ['T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) => k.sub(k.constant(0n, w), x[0]!, w)) as Sem,
    doc: '-x',
  },
  zext: {
    args: ['i32'],
    result: 'i64',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x) => k.zext(x[0]!, 32, 64)) as Sem,
    doc: 'i32 to i64, zero-extended',
  },
  sext: {
    args: ['i32'],
    result: 'i64',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x) => k.sext(x[0]!, 32, 64)) as Sem,
    doc: 'i32 to i64, sign-extended',
  },
  trunc: {
    args: ['i64'],
    result: 'i32',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x) => k.trunc(x[0]!, 64, 32)) as Sem,
    doc: 'the low 32 bits',
  },
  sext8: {
    args: ['T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) => k.sext(k.trunc(x[0]!, w, 8), 8, w)) as Sem,
    doc: 'the low 8 bits, sign-extended',
  },
  sext16: {
    args: ['T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) => k.sext(k.trunc(x[0]!, w, 16), 16, w)) as Sem,
    doc: 'the low 16 bits, sign-extended',
  },
  bswap16: {
    args: ['T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) => k.zext(k.bswap(k.trunc(x[0]!, w, 16), 16), 16, w)) as Sem,
    doc: 'the low 16 bits with bytes swapped, zero-extended',
  },
  bswap32: {
    args: ['T'],
    result: 'T',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x, w) =>
      w === 32 ? k.bswap(x[0]!, 32) : k.zext(k.bswap(k.trunc(x[0]!, w, 32), 32), 32, w)) as Sem,
    doc: 'the low 32 bits with bytes swapped, zero-extended',
  },
  bswap64: {
    args: ['i64'],
    result: 'i64',
    imm: 'none',
    effect: 'pure',
    sem: ((k, x) => k.bswap(x[0]!, 64)) as Sem,
    doc: 'bytes swapped',
  },
  'icmp.eq': compare((k, a, b, w) => k.eq(a, b, w), true, 'x == y, as 0 or 1'),
  'icmp.ne': compare((k, a, b, w) => k.not(k.eq(a, b, w)), true, 'x != y'),
  'icmp.ult': compare((k, a, b, w) => k.ult(a, b, w), false, 'unsigned x < y'),
  'icmp.ule': compare((k, a, b, w) => k.ule(a, b, w), false, 'unsigned x <= y'),
  'icmp.ugt': compare((k, a, b, w) => k.ult(b, a, w), false, 'unsigned x > y'),
  'icmp.uge': compare((k, a, b, w) => k.ule(b, a, w), false, 'unsigned x >= y'),
  'icmp.slt': compare((k, a, b, w) => k.slt(a, b, w), false, 'signed x < y'),
  'icmp.sle': compare((k, a, b, w) => k.sle(a, b, w), false, 'signed x <= y'),
  'icmp.sgt': compare((k, a, b, w) => k.slt(b, a, w), false, 'signed x > y'),
  'icmp.sge': compare((k, a, b, w) => k.sle(b, a, w), false, 'signed x >= y'),
  /** Pointer arithmetic is its own op: no pass may mistake it for an integer add. */
  ptradd: {
    args: ['ptr', 'i64'],
    result: 'ptr',
    imm: 'none',
    effect: 'pure',
    doc: 'pointer plus a byte count',
  },
  ptroff: {
    args: ['ptr'],
    result: 'ptr',
    imm: 'offset',
    effect: 'pure',
    doc: 'pointer plus a constant byte count',
  },
  ptrdiff: {
    args: ['ptr', 'ptr'],
    result: 'i64',
    imm: 'none',
    effect: 'pure',
    doc: 'difference of two packet pointers in bytes',
  },
  ptrtoint: {
    args: ['ptr'],
    result: 'i64',
    imm: 'none',
    effect: 'pure',
    doc: 'the address as a number (compare, print)',
  },
  slotaddr: {
    args: [],
    result: 'ptr',
    imm: 'slot',
    effect: 'pure',
    doc: 'address of a stack slot plus an offset',
  },
  mapaddr: { args: [], result: 'ptr', imm: 'symbol', effect: 'pure', doc: 'a map, as helpers take it' },
  mapvalue: {
    args: [],
    result: 'ptr',
    imm: 'symbol',
    effect: 'pure',
    doc: 'address in the value of an array map with one entry',
  },
  globaladdr: {
    args: [],
    result: 'ptr',
    imm: 'symbol',
    effect: 'pure',
    doc: 'address of a package variable plus an offset',
  },
  stringaddr: {
    args: [],
    result: 'ptr',
    imm: 'symbol',
    effect: 'pure',
    doc: 'address of a constant string, NUL-terminated; strings-to-stack gives it a slot',
  },
  funcaddr: {
    args: [],
    result: 'ptr',
    imm: 'symbol',
    effect: 'pure',
    doc: 'a function, as callback helpers take it',
  },
  /** The symbol is TYPE/ACCESS/KIND: `kernel.Task/0:1/field-offset`; its offset is the value in the local types. */
  core: {
    args: [],
    result: 'any',
    imm: 'symbol',
    effect: 'pure',
    doc: 'a number about a kernel type that the loader fills in (CO-RE relocation)',
  },
  'load.u8': load(8, 'load, zero-extended to the result type'),
  'load.u16': load(16, 'load, zero-extended to the result type'),
  'load.u32': load(
    32,
    'load, zero-extended to the result type; of ptr type: a packet pointer field of the context',
  ),
  'load.u64': load(64, 'load; of ptr type: a pointer kept in memory'),
  'load.s8': load(8, 'load, sign-extended to the result type'),
  'load.s16': load(16, 'load, sign-extended to the result type'),
  'load.s32': load(32, 'load, sign-extended to the result type'),
  'store.8': store(8),
  'store.16': store(16),
  'store.32': store(32),
  'store.64': store(64),
  /** Expanded by the pass expand-memory. The suffix is the alignment in bytes that both ends have if they are on the stack; 1 without suffix. */
  zero: zero(1),
  'zero.2': zero(2),
  'zero.4': zero(4),
  'zero.8': zero(8),
  copy: copy(1),
  'copy.2': copy(2),
  'copy.4': copy(4),
  'copy.8': copy(8),
  /** A value where a helper wants a pointer to it: the pass pointer-args gives it a slot and a store. */
  'byref.8': {
    args: ['any'],
    result: 'ptr',
    imm: 'none',
    effect: 'pure',
    access: 8,
    doc: 'address of a read-only cell that holds the value during the one call that uses it',
  },
  'byref.16': { args: ['any'], result: 'ptr', imm: 'none', effect: 'pure', access: 16, doc: 'as byref.8' },
  'byref.32': { args: ['any'], result: 'ptr', imm: 'none', effect: 'pure', access: 32, doc: 'as byref.8' },
  'byref.64': { args: ['any'], result: 'ptr', imm: 'none', effect: 'pure', access: 64, doc: 'as byref.8' },
  'atomic.add.32': atomic(32, 'add'),
  'atomic.add.64': atomic(64, 'add'),
  'atomic.and.32': atomic(32, 'and'),
  'atomic.and.64': atomic(64, 'and'),
  'atomic.or.32': atomic(32, 'or'),
  'atomic.or.64': atomic(64, 'or'),
  'atomic.xor.32': atomic(32, 'xor'),
  'atomic.xor.64': atomic(64, 'xor'),
  'atomic.xchg.32': atomic(32, 'exchange'),
  'atomic.xchg.64': atomic(64, 'exchange'),
  'atomic.cmpxchg.32': {
    args: ['ptr', 'T', 'T'],
    result: 'optional',
    imm: 'offset',
    effect: 'write',
    access: 32,
    doc: 'ptr, expected, new: stores new if the old value is as expected; result is the old value',
  },
  'atomic.cmpxchg.64': {
    args: ['ptr', 'T', 'T'],
    result: 'optional',
    imm: 'offset',
    effect: 'write',
    access: 64,
    doc: 'as atomic.cmpxchg.32',
  },
  'atomic.load.32': {
    args: ['ptr'],
    result: 'T',
    imm: 'offset',
    effect: 'write',
    access: 32,
    doc: 'load that no pass moves or removes',
  },
  'atomic.load.64': {
    args: ['ptr'],
    result: 'T',
    imm: 'offset',
    effect: 'write',
    access: 64,
    doc: 'as atomic.load.32',
  },
  'atomic.store.32': {
    args: ['ptr', 'T'],
    result: 'none',
    imm: 'offset',
    effect: 'write',
    access: 32,
    doc: 'store that no pass moves or removes',
  },
  'atomic.store.64': {
    args: ['ptr', 'T'],
    result: 'none',
    imm: 'offset',
    effect: 'write',
    access: 64,
    doc: 'as atomic.store.32',
  },
  /** At most five arguments; result i64 or ptr (or i32 where the helper returns an int). */
  helper: {
    args: 'rest',
    result: 'optional',
    imm: 'helper',
    effect: 'call',
    doc: 'call of a kernel helper, by its name in src/bpf/helpers.ts',
  },
  call: {
    args: 'rest',
    result: 'optional',
    imm: 'symbol',
    effect: 'call',
    doc: 'call of a function of this module, at most five arguments',
  },
  kfunc: {
    args: 'rest',
    result: 'optional',
    imm: 'symbol',
    effect: 'call',
    doc: 'call of a kernel function',
  },
  /** Directly after a `call`: did it end in `abort`? */
  aborted: {
    args: [],
    result: 'i32',
    imm: 'none',
    effect: 'read',
    doc: '1 if the call just before ended in abort, else 0',
  },
} as const satisfies Record<string, OpRow>;

export type OpName = keyof typeof ops;

/** Rows with the same fields in the same order: what every pass looks at for every instruction is read fast. */
const rows: ReadonlyMap<string, OpRow> = new Map(
  Object.entries(ops).map(
    ([name, { args, result, imm, effect, commutative, sem, access, bulk, align, doc }]: [string, OpRow]) => [
      name,
      { args, result, imm, effect, commutative, sem, access, bulk, align, doc },
    ],
  ),
);

/** The row, with its optional columns. */
export const opRow = (op: OpName): OpRow => must(rows.get(op), op);

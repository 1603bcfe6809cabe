/**
 * Comparisons: fused into the branch that tests them, or made into 0 and 1.
 *
 *     v3: i32 = icmp.ult v1, v2; branch v3, b1, b2      if r1 < r2 goto b1; goto b2
 *
 * A condition keeps both targets, so that any compare can be expressed by its negation with the targets exchanged:
 * cpu v1 has no `<`, and `x & m == 0` is the negation of the jump-if-set. Compares of 32-bit values run 64 bits wide
 * where that is the same and the wide value is what the program goes on with (the verifier learns its bounds).
 */

import { unreachable } from '../../src/base/assert.ts';
import { alu, branch, jump, move, unary } from '../../src/bpf/build.ts';
import { fitsS32, loadConstant } from '../../src/bpf/constants.ts';
import type { IsaName } from '../../src/bpf/isa.ts';
import type { VReg } from '../../src/bpf/minst.ts';
import type { Instr, ValueId } from '../../src/ir/ir.ts';
import {
  definedBy,
  emit,
  finishBlock,
  fresh,
  freshBlock,
  isWanted,
  reg,
  type State,
  signedConstant,
  signExtended,
  typeOf,
  zeroExtended,
} from './state.ts';

const relations = ['eq', 'ne', 'ult', 'ule', 'ugt', 'uge', 'slt', 'sle', 'sgt', 'sge'] as const;
type Relation = (typeof relations)[number];

interface RelationRow {
  readonly jump: string;
  readonly negated: Relation;
  readonly swapped: Relation;
  readonly signed: boolean;
}

const rows: Readonly<Record<Relation, RelationRow>> = {
  eq: { jump: 'jeq', negated: 'ne', swapped: 'eq', signed: false },
  ne: { jump: 'jne', negated: 'eq', swapped: 'ne', signed: false },
  ult: { jump: 'jlt', negated: 'uge', swapped: 'ugt', signed: false },
  ule: { jump: 'jle', negated: 'ugt', swapped: 'uge', signed: false },
  ugt: { jump: 'jgt', negated: 'ule', swapped: 'ult', signed: false },
  uge: { jump: 'jge', negated: 'ult', swapped: 'ule', signed: false },
  slt: { jump: 'jslt', negated: 'sge', swapped: 'sgt', signed: true },
  sle: { jump: 'jsle', negated: 'sgt', swapped: 'sge', signed: true },
  sgt: { jump: 'jsgt', negated: 'sle', swapped: 'slt', signed: true },
  sge: { jump: 'jsge', negated: 'slt', swapped: 'sle', signed: true },
};

const isLess = (relation: Relation): boolean => rows[relation].jump.includes('l');

function relationOf(op: Instr['op']): Relation | null {
  const name = op.startsWith('icmp.') ? op.slice(5) : '';
  return relations.find((relation) => relation === name) ?? null;
}

/** What a branch tests: `a relation b`, or `a & b` being not zero. */
interface Condition {
  readonly test: Relation | 'set';
  readonly a: ValueId;
  /** null: zero. */
  readonly b: ValueId | null;
  readonly negated: boolean;
}

const isZero = (s: State, v: ValueId): boolean => signedConstant(s, v) === 0n;

/** Looks through comparisons of comparisons with zero, and negation by xor with 1. */
function conditionOf(s: State, cond: ValueId): Condition {
  let at = cond;
  let negated = false;
  for (;;) {
    const def = s.definitions[at];
    const plain: Condition = { test: 'ne', a: at, b: null, negated };
    if (def === undefined || isWanted(s, at)) return plain;
    const relation = relationOf(def.op);
    const [a, b] = [def.args[0]!, def.args[1]!];
    if (
      def.op === 'xor' &&
      signedConstant(s, b) === 1n &&
      relationOf(s.definitions[a]?.op ?? 'const') !== null
    ) {
      negated = !negated;
      at = a;
      continue;
    }
    if (relation === null) {
      const test = bitTest(s, at);
      return test === null ? plain : { ...test, negated };
    }
    if ((relation === 'eq' || relation === 'ne') && isZero(s, b)) {
      const inner = s.definitions[a];
      if (inner !== undefined && relationOf(inner.op) !== null) {
        negated = negated !== (relation === 'eq');
        at = a;
        continue;
      }
      const test = bitTest(s, a);
      if (test !== null) return { ...test, negated: negated !== (relation === 'eq') };
    }
    return { test: relation, a, b, negated };
  }
}

/** `x & m` that nothing else wants. */
function bitTest(s: State, v: ValueId): Pick<Condition, 'test' | 'a' | 'b'> | null {
  const def = definedBy(s, v, 'and');
  if (def === undefined || s.useCounts[v] !== 1 || isWanted(s, v)) return null;
  const [a, b] = [def.args[0]!, def.args[1]!];
  if (def.type === 'i32' && !s.isa.alu32) {
    const c = signedConstant(s, b);
    return c !== null && c >= 0n ? { test: 'set', a, b } : null;
  }
  return { test: 'set', a, b };
}

interface Operands {
  readonly width: 32 | 64;
  readonly a: VReg;
  readonly b: VReg | bigint;
}

/** Are the registers of both the whole story, so that comparing 64 bits is comparing 32? */
function widthFree(s: State, a: ValueId, b: ValueId | null, c: bigint | null): boolean {
  if (s.zeroUpper[a] === 0) return false;
  return c !== null ? c >= 0n : b !== null && s.zeroUpper[b] === 1;
}

function narrowOperands(
  s: State,
  signed: boolean,
  a: ValueId,
  b: ValueId | null,
  c: bigint | null,
): Operands {
  const wide = !signed && widthFree(s, a, b, c);
  const both = s.widened[a] === 1 || (b !== null && s.widened[b] === 1);
  if (s.isa.alu32) return { width: wide && both ? 64 : 32, a: reg(s, a), b: c ?? reg(s, b!) };
  if (signed) return { width: 64, a: signExtended(s, a), b: c ?? signExtended(s, b!) };
  const left = zeroExtended(s, a);
  if (c === null) return { width: 64, a: left, b: zeroExtended(s, b!) };
  const value = BigInt.asUintN(32, c);
  if (fitsS32(value)) return { width: 64, a: left, b: value };
  const t = fresh(s);
  emit(s, loadConstant(t, value, false, s.pos));
  return { width: 64, a: left, b: t };
}

function operandsOf(s: State, signed: boolean, a: ValueId, b: ValueId | null): Operands {
  const c = b === null ? 0n : signedConstant(s, b);
  if (typeOf(s, a) === 'i32') return narrowOperands(s, signed, a, b, c);
  return { width: 64, a: reg(s, a), b: c !== null && fitsS32(c) ? c : reg(s, b!) };
}

/** Emits the jump to `then`; afterwards control goes to what is returned. */
function emitJump(s: State, c: Condition, then: number, other: number): number {
  const [yes, no] = c.negated ? [other, then] : [then, other];
  if (c.test === 'set') {
    const { width, a, b } = operandsOf(s, false, c.a, c.b);
    emit(s, branch(jumpName('jset', width, b), a, b, yes, s.pos));
    return no;
  }
  let { test, a, b } = c;
  if (b !== null && signedConstant(s, a) !== null && signedConstant(s, b) === null) {
    [a, b] = [b, a];
    test = rows[test].swapped;
  }
  const ops = operandsOf(s, rows[test].signed, a, b);
  if (s.isa.less || !isLess(test)) {
    emit(s, branch(jumpName(rows[test].jump, ops.width, ops.b), ops.a, ops.b, yes, s.pos));
    return no;
  }
  if (typeof ops.b !== 'bigint') {
    emit(s, branch(jumpName(rows[rows[test].swapped].jump, ops.width, ops.a), ops.b, ops.a, yes, s.pos));
    return no;
  }
  emit(s, branch(jumpName(rows[rows[test].negated].jump, ops.width, ops.b), ops.a, ops.b, no, s.pos));
  return yes;
}

const jumpName = (jump: string, width: 32 | 64, b: VReg | bigint): IsaName =>
  `${jump}${width}_${typeof b === 'bigint' ? 'imm' : 'reg'}` as IsaName;

/** A conditional jump and the jump after it. */
export function selectBranch(s: State, cond: ValueId, then: number, other: number): void {
  const rest = emitJump(s, conditionOf(s, cond), then, other);
  emit(s, jump<VReg>(rest, s.pos));
}

/** Three instructions without a jump, where there are such: on values whose difference fits 64 bits. */
function arithmeticCompare(s: State, test: Relation, a: ValueId, b: ValueId, dst: VReg): boolean {
  const zero = isZero(s, b);
  const type = typeOf(s, a);
  if (zero && test === 'slt' && type !== 'ptr' && (type === 'i64' || s.isa.alu32)) {
    const narrow = type === 'i32';
    emit(
      s,
      move(dst, reg(s, a), s.pos),
      alu(narrow ? 'rsh32_imm' : 'rsh64_imm', dst, narrow ? 31n : 63n, s.pos),
    );
    return true;
  }
  if (type !== 'i32' || s.zeroUpper[a] === 0) return false;
  const sign = alu<VReg>('rsh64_imm', dst, 63n, s.pos);
  if (zero && test === 'eq') emit(s, move(dst, reg(s, a), s.pos), alu('add64_imm', dst, -1n, s.pos), sign);
  else if (zero && test === 'ne') emit(s, move(dst, reg(s, a), s.pos), unary('neg64', dst, s.pos), sign);
  else {
    const c = signedConstant(s, b);
    if (c === null && s.zeroUpper[b] === 1 && (test === 'ult' || test === 'ugt')) {
      const [x, y] = test === 'ult' ? [a, b] : [b, a];
      const right = reg(s, y);
      emit(s, move(dst, reg(s, x), s.pos), alu('sub64_reg', dst, right, s.pos), sign);
    } else if (c !== null && c > 0n && test === 'ult')
      emit(s, move(dst, reg(s, a), s.pos), alu('add64_imm', dst, -c, s.pos), sign);
    else return false;
  }
  return true;
}

/** A comparison as 0 or 1; where it takes a jump the block is split. */
export function selectCompare(s: State, i: Instr, dst: VReg): void {
  const test = relationOf(i.op) ?? unreachable(`${i.op} is no comparison`);
  const [a, b] = [i.args[0]!, i.args[1]!];
  if (arithmeticCompare(s, test, a, b, dst)) return;
  const join = freshBlock(s);
  const otherwise = freshBlock(s);
  finishBlock(s, join);
  emit(s, move(dst, 0n, s.pos), jump<VReg>(join, s.pos));
  finishBlock(s, otherwise);
  const head: Condition = { test, a, b, negated: false };
  const rest = emitJump(s, head, join, otherwise);
  s.chunk.splice(s.chunk.length - 1, 0, move<VReg>(dst, 1n, s.pos));
  emit(s, jump<VReg>(rest, s.pos));
}

/**
 * Machine code to JavaScript: one JavaScript function per eBPF function, registers as pairs of int32 variables, blocks
 * as cases of a loop's switch. What an instruction computes comes from its row's meaning (isa.ts), read in the algebra
 * of js-algebra.ts; this file adds only where operands come from and where results go.
 *
 *     r1 += r2       t0 = add64(l1, h1, l2, h2); u0 = R.hi; l1 = t0; h1 = u0;
 *     if w1 == 7 …   if ((l1 === 7 ? 1 : 0)) { b = 3; continue; }
 *
 * Stepping, the functions are generators that yield the number of every instruction and the registers before it.
 *
 * Invariant: every block takes its number of instructions from the fuel before it runs, so that no program runs on.
 */

import { must, unreachable } from '../base/assert.ts';
import { type IsaRow, isaRow } from '../bpf/isa.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import { type JsValue, jsAlgebra } from './js-algebra.ts';

/** Number of the helper bpf_tail_call. */
const tailCall = 12n;

/** Where a symbol lies, and the number of a function. */
export interface Linkage {
  readonly address: (sym: SymRef) => bigint;
  readonly func: (name: string) => number;
}

/** Blocks that a fault remembers, a power of two; `T` holds their first instructions. */
export const trailLength = 16;

export interface Translated {
  /** The body of a function whose parameters are the names in `runtimeNames`; it returns the list of functions. */
  readonly source: string;
  /** Instructions by the number that faults and calls carry. */
  readonly insts: readonly { readonly func: string; readonly inst: MInst<PReg> }[];
}

const half = (value: bigint): JsValue => ({
  lo: String(BigInt.asIntN(32, value)),
  hi: String(BigInt.asIntN(32, value >> 32n)),
});

const registerList = `[${Array.from({ length: 11 }, (_, r) => `l${r}, h${r}`).join(', ')}]`;

class FunctionTranslator {
  private readonly out: string[] = [];
  private temporaries = 0;
  private readonly algebra = jsAlgebra((lo, hi) => this.bind(lo, hi));
  private readonly linkage: Linkage;
  private readonly big: boolean;
  private readonly stepping: boolean;

  constructor(linkage: Linkage, big: boolean, stepping: boolean) {
    this.linkage = linkage;
    this.big = big;
    this.stepping = stepping;
  }

  /** A call of what may call functions of the program. */
  private enter(call: string): string {
    return this.stepping ? `(yield* ${call})` : call;
  }

  private bind(lo: string, hi: string | null): JsValue {
    const n = this.temporaries++;
    this.out.push(`const t${n} = ${lo}${hi === null ? '' : `, u${n} = ${hi}`};`);
    return { lo: `t${n}`, hi: hi === null ? null : `u${n}` };
  }

  private reg(n: PReg | null, width: number): JsValue {
    const r = must(n, 'register');
    return width === 64 ? { lo: `l${r}`, hi: `h${r}` } : { lo: `l${r}`, hi: null };
  }

  private set(n: PReg | number | null, value: JsValue): void {
    const r = must(n, 'register');
    if (value.hi === null) this.out.push(`l${r} = ${value.lo}; h${r} = 0;`);
    else this.out.push(`{ const t = ${value.lo}; h${r} = ${value.hi}; l${r} = t; }`);
  }

  /** src, or the immediate sign-extended to the width. */
  private operand(inst: MInst<PReg>, row: IsaRow): JsValue {
    if (row.src === 'use' || row.src === 'both') return this.reg(inst.src, row.width);
    return this.algebra.constant(typeof row.imm === 'number' ? BigInt(row.imm) : inst.imm, row.width);
  }

  private memory(name: string, base: PReg | null, off: number, rest: readonly string[]): string {
    const r = must(base, 'base');
    return `M.${name}(${[`l${r}`, `h${r}`, off, ...rest].join(', ')})`;
  }

  private load(inst: MInst<PReg>, row: IsaRow, at: number): void {
    const access = must(row.access, 'access');
    const value = this.bind(this.memory(`load${access}`, inst.src, inst.off, [String(at)]), 'R.hi');
    this.set(inst.dst, row.signed ? this.algebra.sext({ lo: value.lo, hi: null }, access, 64) : value);
  }

  private store(inst: MInst<PReg>, row: IsaRow, at: number): void {
    const access = must(row.access, 'access');
    const value = row.src === 'use' ? this.reg(inst.src, 64) : half(inst.imm);
    const parts = access === 64 ? [value.lo, value.hi ?? '0'] : [value.lo];
    this.out.push(`${this.memory(`store${access}`, inst.dst, inst.off, [...parts, String(at)])};`);
  }

  private atomic(inst: MInst<PReg>, row: IsaRow, at: number): void {
    const { width } = row;
    const loaded = this.bind(this.memory(`load${width}`, inst.dst, inst.off, [String(at)]), 'R.hi');
    const old: JsValue = width === 64 ? loaded : { lo: loaded.lo, hi: null };
    const value = this.reg(inst.src, width);
    const write = (v: JsValue): string =>
      `${this.memory(`store${width}`, inst.dst, inst.off, [...(width === 64 ? [v.lo, v.hi ?? '0'] : [v.lo]), String(at)])};`;
    if (row.sem === null) {
      const same = this.algebra.eq(old, this.reg(0 as PReg, width), width);
      this.out.push(`if (${same.lo}) { ${write(value)} }`);
      this.set(0, old);
      return;
    }
    this.out.push(write(row.sem(this.algebra, old, value, width, this.big)));
    if (row.src === 'both') this.set(inst.src, old);
  }

  private call(inst: MInst<PReg>, at: number): void {
    const args = [1, 2, 3, 4, 5].map((r) => `l${r}, h${r}`).join(', ');
    const callee =
      inst.op === 'call_func'
        ? `f${this.linkage.func(must(inst.sym, 'callee').name)}(${args}, d + 1)`
        : inst.op === 'call_helper'
          ? `E.helper(${inst.imm}, ${args}, d, ${at})`
          : inst.op === 'call_kfunc'
            ? `E.kfunc(${args}, d, ${at})`
            : null;
    if (callee === null) {
      this.out.push(`E.unsupported(${at});`);
      return;
    }
    this.set(0, this.bind(this.enter(callee), 'R.hi'));
    if (inst.op === 'call_helper' && inst.imm === tailCall) {
      this.out.push(`if (E.tail !== null) return ${this.enter('E.follow(d)')};`);
    }
  }

  private wide(inst: MInst<PReg>): void {
    this.set(inst.dst, half(inst.sym === null ? inst.imm : this.linkage.address(inst.sym)));
  }

  private branch(inst: MInst<PReg>, row: IsaRow, at: number): void {
    if (inst.op === 'may_goto') {
      this.out.push(`if (E.mayGoto()) { b = ${inst.target}; continue; }`);
      return;
    }
    if (row.sem === null) {
      this.out.push(`E.unsupported(${at});`);
      return;
    }
    const operands = [this.reg(inst.dst, row.width), this.operand(inst, row)] as const;
    const taken = row.sem(this.algebra, ...operands, row.width, this.big);
    this.out.push(`if (${taken.lo}) { b = ${inst.target}; continue; }`);
  }

  private alu(inst: MInst<PReg>, row: IsaRow, at: number): void {
    if (row.sem === null) {
      this.out.push(`E.unsupported(${at});`);
      return;
    }
    const operands = [this.reg(inst.dst, row.width), this.operand(inst, row)] as const;
    this.set(inst.dst, row.sem(this.algebra, ...operands, row.width, this.big));
  }

  /** Legacy packet loads, of the context in R6: a read beyond the packet ends the function with 0. */
  private skb(inst: MInst<PReg>, row: IsaRow, at: number): void {
    const index = inst.src === null ? '0' : `l${inst.src}`;
    this.out.push(
      `l0 = E.skb(l6, h6, ${index} + ${inst.imm} | 0, ${must(row.access, 'access') / 8}, ${at});`,
    );
    this.out.push('h0 = 0; if (E.ended) { R.hi = 0; return 0; }');
  }

  private instruction(inst: MInst<PReg>, at: number): void {
    if (inst.op === 'parcopy') unreachable('a parallel copy is left');
    const row = isaRow(inst.op);
    switch (row.kind) {
      case 'alu':
        this.alu(inst, row, at);
        break;
      case 'load':
        this.load(inst, row, at);
        break;
      case 'store':
        this.store(inst, row, at);
        break;
      case 'atomic':
        this.atomic(inst, row, at);
        break;
      case 'branch':
        this.branch(inst, row, at);
        break;
      case 'jump':
        this.out.push(`b = ${inst.target}; continue;`);
        break;
      case 'call':
        this.call(inst, at);
        break;
      case 'exit':
        this.out.push('R.hi = h0; return l0;');
        break;
      case 'wide':
        this.wide(inst);
        break;
      case 'skb':
        this.skb(inst, row, at);
        break;
      default:
        row.kind satisfies never;
    }
  }

  /** `number` is the function's, `first` the number of its first instruction. */
  translate(func: MFunc<PReg>, number: number, first: number): string {
    let at = first;
    const params = [1, 2, 3, 4, 5].map((r) => `l${r}, h${r}`).join(', ');
    this.out.push(`function${this.stepping ? '*' : ''} f${number}(${params}, d) {`);
    this.out.push('let l0 = 0, h0 = 0, l6 = 0, h6 = 0, l7 = 0, h7 = 0, l8 = 0, h8 = 0, l9 = 0, h9 = 0;');
    this.out.push(`const l10 = E.frame(d), h10 = R.hi; let b = ${func.blocks[0]?.id ?? 0};`);
    this.out.push('try { for (;;) switch (b) {');
    for (const [i, block] of func.blocks.entries()) {
      this.out.push(`case ${block.id}: {`);
      this.out.push(`T[E.trail = E.trail + 1 & ${trailLength - 1}] = ${at};`);
      this.out.push(`if ((E.fuel -= ${block.body.length}) < 0) E.exhausted(${at});`);
      for (const inst of block.body) {
        if (this.stepping) this.out.push(`yield E.step(${at}, d, ${registerList});`);
        this.instruction(inst, at++);
      }
      const next = func.blocks[i + 1];
      this.out.push(next === undefined ? '}' : `b = ${next.id}; }`);
    }
    this.out.push(
      `default: E.exhausted(${first});`,
      `} } catch (e) { throw E.noted(e, ${registerList}); }`,
      '}',
    );
    return this.out.join('\n');
  }
}

/** Translates functions; `funcs[i]` becomes the i-th function of the list that the source returns. */
export function translate(
  funcs: readonly MFunc<PReg>[],
  linkage: Linkage,
  endian: 'little' | 'big',
  stepping: boolean,
): Translated {
  const insts: { func: string; inst: MInst<PReg> }[] = [];
  const parts = funcs.map((func, i) => {
    const first = insts.length;
    for (const block of func.blocks) for (const inst of block.body) insts.push({ func: func.name, inst });
    return new FunctionTranslator(linkage, endian === 'big', stepping).translate(func, i, first);
  });
  const list = funcs.map((_f, i) => `f${i}`).join(', ');
  return { source: `"use strict";\n${parts.join('\n')}\nreturn [${list}];`, insts };
}

/**
 * The bit-vector algebra over solver expressions, with eBPF's total division and counts modulo the width; and the
 * loading of the solver. Development and tests only: the compiler itself never imports this file.
 */

import type { BitVec, Bool, Context } from 'z3-solver';
import type { Algebra } from '../../src/base/algebra.ts';

export type Z3 = Context<'rules'>;
export type Vector = BitVec<number, 'rules'>;

export function z3Algebra(z: Z3): Algebra<Vector> {
  const value = (x: bigint, w: number): Vector => z.BitVec.val(BigInt.asUintN(w, x), w);
  const bit = (c: Bool<'rules'>): Vector => z.If(c, value(1n, 1), value(0n, 1));
  const isZero = (x: Vector, w: number): Bool<'rules'> => x.eq(value(0n, w));
  const count = (y: Vector, w: number): Vector => y.and(value(BigInt(w - 1), w));
  const swapped = (x: Vector, w: number): Vector => {
    let result = x.extract(7, 0);
    for (let low = 8; low < w; low += 8) result = z.Concat(result, x.extract(low + 7, low));
    return result;
  };
  return {
    constant: value,
    add: (x, y) => x.add(y),
    sub: (x, y) => x.sub(y),
    mul: (x, y) => x.mul(y),
    udiv: (x, y, w) => z.If(isZero(y, w), value(0n, w), x.udiv(y)),
    sdiv: (x, y, w) => z.If(isZero(y, w), value(0n, w), x.sdiv(y)),
    urem: (x, y, w) => z.If(isZero(y, w), x, x.urem(y)),
    srem: (x, y, w) => z.If(isZero(y, w), x, x.srem(y)),
    and: (x, y) => x.and(y),
    or: (x, y) => x.or(y),
    xor: (x, y) => x.xor(y),
    shl: (x, y, w) => x.shl(count(y, w)),
    lshr: (x, y, w) => x.lshr(count(y, w)),
    ashr: (x, y, w) => x.shr(count(y, w)),
    eq: (x, y) => bit(x.eq(y)),
    ult: (x, y) => bit(x.ult(y)),
    ule: (x, y) => bit(x.ule(y)),
    slt: (x, y) => bit(x.slt(y)),
    sle: (x, y) => bit(x.sle(y)),
    not: (x) => x.not(),
    ite: (c, x, y) => z.If(c.eq(value(1n, 1)), x, y),
    zext: (x, from, to) => (to === from ? x : z.Concat(value(0n, to - from), x)),
    sext: (x, from, to) =>
      to === from
        ? x
        : z.Concat(
            z.If(x.extract(from - 1, from - 1).eq(value(1n, 1)), value(-1n, to - from), value(0n, to - from)),
            x,
          ),
    trunc: (x, from, to) => (to === from ? x : x.extract(to - 1, 0)),
    bswap: swapped,
  };
}

/**
 * After each query: from time to time frees what the solver's expressions hold. The solver's memory belongs to small
 * JavaScript objects, which V8 has no reason to collect before the solver's 2 GiB are full: a prover starts Node with
 * --expose-gc.
 */
export async function freeExpressions(): Promise<void> {
  queries++;
  if (queries % 50 !== 0) return;
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve));
}

let queries = 0;

/** A context of the solver, and what ends its threads. */
export async function loadZ3(): Promise<{ readonly z: Z3; readonly close: () => void }> {
  const { init } = await import('z3-solver');
  const { Context, em } = await init();
  return { z: Context('rules'), close: () => em.PThread.terminateAllThreads() };
}

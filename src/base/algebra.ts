/**
 * Bit-vector arithmetic as an interface, so that the meaning of an op or an instruction is written once and read by
 * the evaluators (bigint), the rule prover (z3 expressions) and the VM's code generator.
 *
 * All values are bit vectors of a known width; `w` is the width of the operands in bits. Comparisons give 1-bit
 * vectors. Division and remainder are total: eBPF's (x/0 = 0, x%0 = x, MIN/-1 = MIN, MIN%-1 = 0; RFC 9669 4.1);
 * a shift's count is taken modulo the width.
 */
export interface Algebra<V> {
  constant(value: bigint, w: number): V;
  add(x: V, y: V, w: number): V;
  sub(x: V, y: V, w: number): V;
  mul(x: V, y: V, w: number): V;
  udiv(x: V, y: V, w: number): V;
  sdiv(x: V, y: V, w: number): V;
  urem(x: V, y: V, w: number): V;
  srem(x: V, y: V, w: number): V;
  and(x: V, y: V, w: number): V;
  or(x: V, y: V, w: number): V;
  xor(x: V, y: V, w: number): V;
  shl(x: V, y: V, w: number): V;
  lshr(x: V, y: V, w: number): V;
  ashr(x: V, y: V, w: number): V;
  eq(x: V, y: V, w: number): V;
  ult(x: V, y: V, w: number): V;
  ule(x: V, y: V, w: number): V;
  slt(x: V, y: V, w: number): V;
  sle(x: V, y: V, w: number): V;
  /** 1-bit negation. */
  not(x: V): V;
  /** `c` is 1 bit wide. */
  ite(c: V, x: V, y: V, w: number): V;
  zext(x: V, from: number, to: number): V;
  sext(x: V, from: number, to: number): V;
  /** The low `to` bits. */
  trunc(x: V, from: number, to: number): V;
  /** Bytes in reverse order; w is 16, 32 or 64. */
  bswap(x: V, w: number): V;
}

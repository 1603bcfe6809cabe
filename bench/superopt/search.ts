/**
 * Looks for less code that does what a window does: every sequence of one instruction, and every move followed by one,
 * over the window's registers and the constants that follow from its own.
 *
 *     rA = rB; wA &= 65535; wA &= 255      wA = wB; wA &= 255   (B may live on: two for three)
 *
 * A candidate must give the same values for the corner cases and random numbers below; the prover then asks for all.
 * Invariant: what is tried is finite and in a fixed order, so the same window gives the same candidates.
 */

import { must } from '../../src/base/assert.ts';
import { bigintAlgebra } from '../../src/base/bigint-algebra.ts';
import { inst } from '../../src/bpf/build.ts';
import { fitsS32 } from '../../src/bpf/constants.ts';
import { type IsaName, isaNames, isaRow } from '../../src/bpf/isa.ts';
import type { MInst, PReg } from '../../src/bpf/minst.ts';
import { noPos } from '../../src/base/source.ts';
import { letterOf, registersOf, type Window } from './windows.ts';

type Inst = MInst<PReg>;
type Values = Map<number, bigint>;

/** Ops of cpu v3 and below that take a register or an immediate. */
const binary = isaNames.filter((name) => {
  const row = isaRow(name);
  return (
    row.kind === 'alu' &&
    row.sem !== null &&
    row.level !== 'v4' &&
    (row.src === 'use' || row.imm === 's32' || row.imm === 'count')
  );
});
const moves = ['mov64_reg', 'mov32_reg'] as const satisfies readonly IsaName[];

function execute(i: Inst, values: Values): void {
  const row = isaRow(i.op as IsaName);
  const w = row.width;
  const dst = must(i.dst, 'dst');
  const x = row.dst === 'both' ? BigInt.asUintN(w, values.get(dst) ?? 0n) : 0n;
  const y = BigInt.asUintN(w, i.src === null ? i.imm : (values.get(i.src) ?? 0n));
  values.set(dst, must(row.sem, i.op)(bigintAlgebra, x, y, w, false));
}

const corners = [
  0n,
  1n,
  0xffn,
  0x100n,
  0xffffn,
  0x1_0000n,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** Values of the registers for each trial. */
function trials(count: number): readonly (readonly bigint[])[] {
  let state = 0x9e37_79b9_7f4a_7c15n;
  const random = (): bigint => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return state ^ (state >> 29n);
  };
  const fixed = corners.map((_, k) =>
    Array.from({ length: count }, (_, r) => corners[(k + 3 * r) % corners.length]!),
  );
  return [...fixed, ...Array.from({ length: 16 }, () => Array.from({ length: count }, random))];
}

/** The window's constants, and what simple arithmetic makes of them. */
function constantsOf(insts: readonly Inst[]): readonly bigint[] {
  const own = insts.filter((i) => i.src === null).map((i) => i.imm);
  const made = new Set<bigint>([...own, 0n, 1n, -1n]);
  for (const x of own) {
    for (const c of [-x, ~x, 32n - x, 64n - x]) made.add(c);
    if (x >= 0n && x < 32n) for (const c of [1n << x, (1n << x) - 1n]) made.add(c);
    for (const y of own) for (const c of [x + y, x - y, x & y, x | y, x ^ y]) made.add(c);
  }
  return [...made].filter(fitsS32);
}

/** Every instruction over the registers and constants. */
function* single(registers: readonly PReg[], constants: readonly bigint[]): Generator<Inst> {
  for (const op of binary) {
    const row = isaRow(op);
    for (const dst of registers) {
      if (row.src === 'use') for (const src of registers) yield inst<PReg>(op, { dst, src }, noPos);
      else
        for (const imm of constants)
          if (row.imm !== 'count' || (imm >= 0n && imm < BigInt(row.width)))
            yield inst<PReg>(op, { dst, imm }, noPos);
    }
  }
}

function* candidates(window: Window, registers: readonly PReg[]): Generator<readonly Inst[]> {
  yield [];
  const constants = constantsOf(window.insts);
  if (window.insts.length > 1) for (const i of single(registers, constants)) yield [i];
  if (window.insts.length < 3) return;
  for (const op of moves) {
    for (const dst of registers) {
      for (const src of registers) {
        if (dst === src && op === 'mov64_reg') continue;
        const first = inst<PReg>(op, { dst, src }, noPos);
        for (const i of single(registers, constants)) yield [first, i];
      }
    }
  }
}

/** Candidates that agree with the window on all trials, the shortest first, at most `limit`. */
export function search(window: Window, limit: number): readonly (readonly Inst[])[] {
  const registers = registersOf(window.insts);
  const live = registers.filter((_, k) => !window.dead.includes(letterOf(k)));
  const inputs = trials(registers.length);
  const run = (code: readonly Inst[], input: readonly bigint[]): readonly bigint[] => {
    const values: Values = new Map(registers.map((r, k) => [r, input[k]!]));
    for (const i of code) execute(i, values);
    return live.map((r) => values.get(r)!);
  };
  const wanted = inputs.map((input) => run(window.insts, input));
  const agrees = (code: readonly Inst[]): boolean =>
    inputs.every((input, at) => run(code, input).every((value, k) => value === wanted[at]![k]));
  const found: (readonly Inst[])[] = [];
  for (const code of candidates(window, registers)) {
    if (found.length > 0 && code.length > found[0]!.length) break;
    if (!agrees(code)) continue;
    found.push(code);
    if (found.length >= limit) break;
  }
  return found;
}

/**
 * Patterns of machine rules: assembly text with holes.
 *
 *     `rA = rB; rA += K`      matches  r2 = r10; r2 += -4      with A = 2, B = 10, K = -4
 *
 * `rA` … `rF` (or `wA`) stand for any register, `K` `L` `M` for any immediate, `+ O` `+ P` `+ Q` for any offset; equal
 * letters are equal things. The text is read by the assembler's own reader, once, when a rule is first tried.
 */

import { inst as machineInst } from '../../src/bpf/build.ts';
import { CompilerBug, must } from '../../src/base/assert.ts';
import { tokens } from '../../src/bpf/lexer.ts';
import type { MInst, PReg, VReg } from '../../src/bpf/minst.ts';
import { type ReadStyle, readInst } from '../../src/bpf/read.ts';

/** What holes stand for: registers and offsets as numbers, immediates as signed bigints. */
export interface Holes {
  readonly registers: Readonly<Record<string, PReg>>;
  readonly values: Readonly<Record<string, bigint>>;
}

const firstRegister = 100;
const firstImmediate = 1_100_000_000n;
const firstOffset = 30_000;
const code = (letter: string): number => letter.charCodeAt(0);

/** The text with numbers no program has in place of the holes. */
const plain = (text: string): string =>
  text
    .replace(/\br([A-F])\b/g, (_, x: string) => `v${firstRegister + code(x)}`)
    .replace(/\bw([A-F])\b/g, (_, x: string) => `w${firstRegister + code(x)}`)
    .replace(/\b([KLM])\b/g, (_, x: string) => String(firstImmediate + BigInt(code(x))))
    .replace(/\b([OPQ])\b/g, (_, x: string) => String(firstOffset + code(x)));

export function readPattern(text: string): readonly MInst<VReg>[] {
  return text
    .split(';')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const style: ReadStyle = { dialect: 'mir', target: () => 0, symbol: () => 'map' };
      const read = readInst(tokens(plain(line), 0, ';'), style);
      if ('what' in read) throw new CompilerBug(`pattern ${line}: ${read.what}`);
      return read;
    });
}

const registerHole = (r: number): string | null =>
  r >= firstRegister + 65 ? String.fromCharCode(r - firstRegister) : null;
const immediateHole = (imm: bigint): string | null =>
  imm >= firstImmediate + 65n && imm <= firstImmediate + 90n
    ? String.fromCharCode(Number(imm - firstImmediate))
    : null;
const offsetHole = (off: number): string | null =>
  off >= firstOffset + 65 && off <= firstOffset + 90 ? String.fromCharCode(off - firstOffset) : null;

export type Operand = 'register' | 'immediate' | 'offset';

/** The letter that a number in a read pattern stands for; null: it is itself. */
export function holeOf(kind: Operand, number: number | bigint): string | null {
  if (kind === 'register') return registerHole(Number(number));
  return kind === 'immediate' ? immediateHole(BigInt(number)) : offsetHole(Number(number));
}

interface Binding {
  readonly registers: Record<string, PReg>;
  readonly values: Record<string, bigint>;
}

function bindRegister(b: Binding, pattern: VReg | null, actual: PReg | null): boolean {
  if (pattern === null || actual === null) return pattern === actual;
  const hole = registerHole(pattern);
  if (hole === null) return pattern === actual;
  b.registers[hole] ??= actual;
  return b.registers[hole] === actual;
}

function bindValue(b: Binding, hole: string | null, pattern: bigint, actual: bigint): boolean {
  if (hole === null) return pattern === actual;
  b.values[hole] ??= actual;
  return b.values[hole] === actual;
}

/** The holes, if the instructions from `at` on are as the pattern says. */
export function match(
  pattern: readonly MInst<VReg>[],
  body: readonly MInst<PReg>[],
  at: number,
): Holes | null {
  if (at + pattern.length > body.length) return null;
  const b: Binding = { registers: {}, values: {} };
  for (const [k, want] of pattern.entries()) {
    const have = body[at + k]!;
    const same =
      want.op === have.op &&
      have.frame === null &&
      have.sym === null &&
      bindRegister(b, want.dst, have.dst) &&
      bindRegister(b, want.src, have.src) &&
      bindValue(b, offsetHole(want.off), BigInt(want.off), BigInt(have.off)) &&
      bindValue(b, immediateHole(want.imm), want.imm, have.imm);
    if (!same) return null;
  }
  return b;
}

/** The pattern with its holes filled; null when a value does not fit its field. */
export function fill(
  pattern: readonly MInst<VReg>[],
  holes: Holes,
  pos: MInst<PReg>['pos'],
): readonly MInst<PReg>[] | null {
  const out: MInst<PReg>[] = [];
  for (const inst of pattern) {
    const register = (r: VReg | null): PReg | null => {
      const hole = r === null ? null : registerHole(r);
      return hole === null ? (r as PReg | null) : must(holes.registers[hole], `register ${hole}`);
    };
    const immediate = immediateHole(inst.imm);
    const offset = offsetHole(inst.off);
    const imm = immediate === null ? inst.imm : must(holes.values[immediate], `immediate ${immediate}`);
    const off = offset === null ? inst.off : Number(must(holes.values[offset], `offset ${offset}`));
    if (BigInt.asIntN(32, imm) !== imm || off < -32768 || off > 32767) return null;
    out.push(
      machineInst(
        inst.op,
        {
          dst: register(inst.dst),
          src: register(inst.src),
          imm,
          off,
          frame: inst.frame,
          sym: inst.sym,
          target: inst.target,
        },
        pos,
      ),
    );
  }
  return out;
}

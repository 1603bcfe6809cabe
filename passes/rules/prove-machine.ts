/**
 * Proves the peephole rules: both sides of a rule run symbolically, by the meaning that each instruction has in the
 * instruction table, on any registers and any memory; the solver looks for values for which a register that is not dead,
 * or a byte of memory, differs afterwards.
 *
 *     rA = K; rC = rA   ⇒   rC = K    (A dead)       A, B, C … any 64-bit values; K any 32-bit immediate
 *
 * Letters that a rule does not keep apart may be one register: every partition is tried. What `given` computes is a
 * symbol too, bound by `where`; a rule that has no `where` is proved for each of the corner values. Memory is an array
 * of bytes, little-endian, and once more big-endian for a rule that looks at it.
 */

import { must } from '../../src/base/assert.ts';
import { type IsaName, isaRow } from '../../src/bpf/isa.ts';
import type { MInst, VReg } from '../../src/bpf/minst.ts';
import type { Target } from '../pass.ts';
import type { MachineRule } from './machine.ts';
import { holeOf, type Operand, readPattern } from './machine-pattern.ts';
import { freeExpressions, type Vector, type Z3, z3Algebra } from './z3-algebra.ts';

const newest: Target = {
  cpu: 'v4',
  endian: 'little',
  arch: 'x86_64',
  kernel: [99, 0],
  opt: '2',
  sections: true,
};

type Memory = ReturnType<typeof newMemory>;

const word: number = 64;
const byte: number = 8;
const newMemory = (z: Z3) => z.Array.const('memory', z.BitVec.sort(word), z.BitVec.sort(byte));

interface State {
  readonly registers: Map<number, Vector>;
  memory: Memory;
}

/** What letters stand for: registers by number, immediates and offsets as 64-bit vectors. */
interface Binding {
  readonly z: Z3;
  readonly register: (letter: string) => number;
  readonly value: (letter: string) => Vector;
  readonly big: boolean;
}

const registerOf = (b: Binding, r: VReg): number => {
  const letter = holeOf('register', r);
  return letter === null ? Number(r) : b.register(letter);
};

function operandOf(b: Binding, kind: Operand, number: bigint): Vector {
  const letter = holeOf(kind, number);
  return letter === null ? b.z.BitVec.val(BigInt.asUintN(64, number), 64) : b.value(letter);
}

function read(b: Binding, s: State, r: VReg): Vector {
  const at = registerOf(b, r);
  const value = s.registers.get(at) ?? b.z.BitVec.const(`r${at}`, 64);
  s.registers.set(at, value);
  return value;
}

/** Addresses of an access's bytes, from the least significant on. */
function bytesOf(b: Binding, s: State, i: MInst<VReg>, base: VReg | null, bits: number): readonly Vector[] {
  const from = read(b, s, must(base, 'a base')).add(operandOf(b, 'offset', BigInt(i.off)));
  const at = Array.from({ length: bits / 8 }, (_, k) => from.add(b.z.BitVec.val(k, 64)));
  return b.big ? at.reverse() : at;
}

function execute(b: Binding, s: State, i: MInst<VReg>): void {
  const row = isaRow(i.op as IsaName);
  const k = z3Algebra(b.z);
  const low = (x: Vector, w: number): Vector => k.trunc(x, 64, w);
  const second = (): Vector => (i.src === null ? operandOf(b, 'immediate', i.imm) : read(b, s, i.src));
  if (row.kind === 'alu') {
    const w = row.width;
    const dst = must(i.dst, 'dst');
    const x = row.dst === 'both' ? low(read(b, s, dst), w) : b.z.BitVec.val(0, w);
    const result = must(row.sem, i.op)(k, x, low(second(), w), w, b.big);
    s.registers.set(registerOf(b, dst), k.zext(result, w, 64));
    return;
  }
  const access = must(row.access, `${i.op} is proved`);
  if (row.kind === 'load') {
    const [first, ...rest] = bytesOf(b, s, i, i.src, access).map((at) => s.memory.select(at));
    const value = rest.reduce<Vector>((sum, byte) => b.z.Concat(byte, sum), must(first, 'a byte'));
    const wide = row.signed ? k.sext(value, access, 64) : k.zext(value, access, 64);
    s.registers.set(registerOf(b, must(i.dst, 'dst')), wide);
    return;
  }
  if (row.kind !== 'store') throw new Error(`${i.op} has no proof`);
  const value = second();
  bytesOf(b, s, i, i.dst, access).forEach((at, n) => {
    s.memory = s.memory.store(at, value.extract(8 * n + 7, 8 * n));
  });
}

function run(b: Binding, code: readonly MInst<VReg>[]): State {
  const state: State = { registers: new Map(), memory: newMemory(b.z) };
  for (const i of code) execute(b, state, i);
  return state;
}

/** Every way in which letters are the same register, those kept apart excepted. */
function partitions(letters: readonly string[], distinct: readonly string[]): readonly Map<string, number>[] {
  let all: Map<string, number>[] = [new Map()];
  for (const letter of letters) {
    all = all.flatMap((given) => {
      const next = new Set(given.values()).size;
      return Array.from({ length: next + 1 }, (_, n) => new Map([...given, [letter, n]]));
    });
  }
  return all.filter((p) => distinct.every((pair) => p.get(pair[0]!) !== p.get(pair[1]!)));
}

const corners = {
  offset: [-24n, -16n, -15n, -12n, -8n, -7n, -6n, -5n, -4n, -3n, -2n, -1n],
  immediate: [0n, 1n, -1n, 127n, -128n, 255n, 32767n, -32768n, 65535n, 0x7fff_ffffn, -0x8000_0000n],
} as const;

type Values = Readonly<Record<string, bigint>>;

/** Values of the holes for a rule whose `given` no relation describes. */
function* cornerValues(names: ReadonlyMap<string, Operand>): Generator<Values> {
  const list = [...names];
  const count = list.reduce((n, [, kind]) => n * corners[kind as 'offset' | 'immediate'].length, 1);
  for (let n = 0; n < count; n++) {
    let rest = n;
    const values: Record<string, bigint> = {};
    for (const [name, kind] of list) {
      const from = corners[kind as 'offset' | 'immediate'];
      values[name] = from[rest % from.length]!;
      rest = Math.floor(rest / from.length);
    }
    yield values;
  }
}

/** The letters of a pattern and what they stand for. */
function lettersOf(code: readonly MInst<VReg>[]): ReadonlyMap<string, Operand> {
  const letters = new Map<string, Operand>();
  const add = (kind: Operand, number: VReg | bigint | null): void => {
    const letter = number === null ? null : holeOf(kind, number);
    if (letter !== null) letters.set(letter, kind);
  };
  for (const i of code) {
    add('register', i.dst);
    add('register', i.src);
    add('immediate', i.imm);
    add('offset', BigInt(i.off));
  }
  return letters;
}

interface Sides {
  readonly rule: MachineRule;
  readonly before: readonly MInst<VReg>[];
  readonly after: readonly MInst<VReg>[];
  readonly registers: ReadonlyMap<string, number>;
}

/** A counterexample, `unknown`, or null: there is none. */
async function refute(
  z: Z3,
  { rule, before, after, registers }: Sides,
  values: Values | null,
  big: boolean,
  ms: number,
): Promise<string | null> {
  const k = z3Algebra(z);
  const kinds = lettersOf([...before, ...after]);
  const value = (letter: string): Vector => {
    const known = values?.[letter];
    if (known !== undefined) return z.BitVec.val(BigInt.asUintN(64, known), 64);
    const [hole, of, and] = rule.where ?? [null, '', 0];
    if (letter === hole) {
      if (typeof and === 'string') return value(of).add(value(and));
      return and >= 64 ? value(of) : k.sext(k.trunc(value(of), 64, and), and, 64);
    }
    const bits = kinds.get(letter) === 'offset' ? 16 : 32;
    return k.sext(z.BitVec.const(letter, bits), bits, 64);
  };
  const binding: Binding = { z, value, big, register: (letter) => must(registers.get(letter), letter) };
  const [left, right] = [run(binding, before), run(binding, after)];
  const solver = new z.Solver();
  solver.set('timeout', ms);
  const dead = new Set([...(rule.dead ?? '')].map((letter) => registers.get(letter)));
  const initial = (r: number): Vector => z.BitVec.const(`r${r}`, 64);
  const touched = [...new Set([...left.registers.keys(), ...right.registers.keys()])].filter(
    (r) => !dead.has(r),
  );
  const differs = touched.map((r) =>
    (left.registers.get(r) ?? initial(r)).neq(right.registers.get(r) ?? initial(r)),
  );
  const somewhere = z.BitVec.const('somewhere', 64);
  differs.push(left.memory.select(somewhere).neq(right.memory.select(somewhere)));
  solver.add(z.Or(...differs));
  const answer = await solver.check();
  const problem = answer === 'unsat' ? null : answer === 'sat' ? solver.model().toString() : 'unknown';
  solver.release();
  await freeExpressions();
  return problem;
}

/** null: the rule holds. */
export async function proveMachine(z: Z3, rule: MachineRule, ms = 10_000): Promise<string | null> {
  const before = readPattern(rule.before);
  const after = readPattern(rule.after);
  const letters = lettersOf(before);
  const names = [...letters].filter(([, kind]) => kind === 'register').map(([letter]) => letter);
  const holes = new Map([...letters].filter(([, kind]) => kind !== 'register'));
  const tried = rule.given !== undefined && rule.where === undefined && holes.size > 0;
  for (const registers of partitions(names, rule.distinct ?? [])) {
    const sides: Sides = { rule, before, after, registers };
    for (const endian of ['little', 'big'] as const) {
      for (const values of tried ? cornerValues(holes) : [null]) {
        const more = values === null ? {} : (rule.given?.(values, { ...newest, endian }) ?? null);
        if (more === null) continue;
        const problem = await refute(
          z,
          sides,
          values === null ? null : { ...values, ...more },
          endian === 'big',
          ms,
        );
        if (problem !== null) return `${rule.name}, ${[...registers].join(' ')}, ${endian}: ${problem}`;
      }
    }
  }
  return null;
}

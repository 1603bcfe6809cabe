/**
 * A random program of machine instructions from a seed: a main program, two functions, callbacks, and two programs that
 * tail calls go to.
 *
 *     const program = randomProgram(17);
 *     program.pieces         // [{ seed: 8123, name: 'alu' }, …], any of which can be left out
 *     machineOf(program)     // the code, and the module that the loader wants
 */

import type { Machine } from '../../passes/pass.ts';
import type { MFunc, PReg } from '../../src/bpf/minst.ts';
import { type Random, randomFrom } from '../fuzz/random.ts';
import { Code } from './code.ts';
import { allMaps, frame, kinds, type ProgramKind } from './kinds.ts';
import { arithmetic, type PieceContext, pieces } from './pieces.ts';

export interface Piece {
  readonly name: string;
  readonly seed: number;
}

export interface RandomProgram {
  readonly seed: number;
  readonly kind: ProgramKind;
  readonly pieces: readonly Piece[];
}

/** Places that tail calls can go to; slot 2 of the table is the first, slot 3 the second, 0 and 1 are empty. */
export const tails = [
  { name: 'tail0', slot: 2 },
  { name: 'tail1', slot: 3 },
] as const;

const functions = ['double', 'mixer'] as const;
const loops = ['round', 'rounds'] as const;
const visitors = ['visit'] as const;
const deepest = 2;

/** Programs without tail calls and without callbacks come too: the verifier treats them differently. */
export function randomProgram(seed: number): RandomProgram {
  const random = randomFrom(seed);
  const kind = random.pick(kinds);
  const left = new Set(['tail-call', 'loop', 'for-each', 'call', 'legacy'].filter(() => random.chance(0.4)));
  const rows = pieces.filter((row) => row.needs(kind) && !left.has(row.name));
  const count = 4 + random.below(24);
  return {
    seed,
    kind,
    pieces: Array.from({ length: count }, () => ({ name: random.weighted(rows).name, seed: random.next() })),
  };
}

const rowOf = (name: string) => pieces.find((row) => row.name === name);

function makePiece(code: Code, kind: ProgramKind, piece: Piece, depth: number): void {
  const random = randomFrom(piece.seed);
  const inner = pieces.filter((row) => row.needs(kind) && (depth < deepest || row.name !== 'branch'));
  const plain = inner.filter(
    (row) => !['tail-call', 'loop', 'for-each', 'call', 'legacy'].includes(row.name),
  );
  const context: PieceContext = {
    code,
    random,
    kind,
    functions,
    loops,
    visitors,
    more(count) {
      for (let i = 0; i < count; i++)
        makePiece(code, kind, { name: random.weighted(plain).name, seed: random.next() }, depth + 1);
    },
  };
  rowOf(piece.name)?.make(context);
}

function begin(code: Code, random: Random): void {
  code.move(6, 1);
  code.constant(8, (BigInt(random.next()) << 32n) | BigInt(random.next()));
  code.move(9, BigInt(random.next() | 0));
  for (let i = 0; i < frame.count; i++)
    code.store(8, 10, frame.words + 8 * i, i % 2 === 0 ? 8 : BigInt(i * 77));
  for (let off: number = frame.value; off < frame.words; off += 8) code.store(8, 10, off, 0n);
}

/** Writes what is in registers and words to the map `seen`, and returns R8. */
function end(code: Code, kind: ProgramKind): void {
  const absent = code.label();
  code.store(4, 10, frame.key, 0n);
  code.map(1, 'seen');
  code.frame(2, frame.key);
  code.helper('map_lookup_elem');
  code.branch('jeq64_imm', 0, 0n, absent);
  code.store(8, 0, 0, 8);
  code.store(8, 0, 8, 9);
  for (let i = 0; i < frame.count; i++) {
    code.load(8, 1, 10, frame.words + 8 * i);
    code.store(8, 0, 16 + 8 * i, 1);
  }
  code.place(absent);
  code.move(0, 8);
  if (kind.results >= 0n) code.alu('and64_imm', 0, kind.results);
  code.exit();
}

function mainFunction(program: RandomProgram): MFunc<PReg> {
  const code = new Code();
  begin(code, randomFrom(program.seed + 2 ** 42));
  for (const piece of program.pieces) makePiece(code, program.kind, piece, 0);
  end(code, program.kind);
  return code.func('Main', 1, 'Main');
}

function tail(name: string, random: Random, kind: ProgramKind): MFunc<PReg> {
  const code = new Code();
  begin(code, random);
  const rows = pieces.filter(
    (row) => row.needs(kind) && ['alu', 'packet', 'context', 'update'].includes(row.name),
  );
  for (let i = 0; i < 4; i++)
    makePiece(code, kind, { name: random.weighted(rows).name, seed: random.next() }, deepest);
  end(code, kind);
  return code.func(name, 1, name);
}

/** Two numbers to one. */
function plainFunction(name: string, random: Random): MFunc<PReg> {
  const code = new Code();
  code.move(8, 1);
  code.move(9, 2);
  for (let i = 0; i < 5; i++) arithmetic(code, random);
  code.move(0, random.chance(0.5) ? 8 : 9);
  code.exit();
  return code.func(name, 2, null);
}

/** (round, words): changes a word; the second one ends now and then. */
function loopBody(name: string, random: Random, stops: boolean): MFunc<PReg> {
  const code = new Code();
  code.move(8, 1);
  code.move(7, 2);
  const off = 8 * random.below(frame.count);
  code.load(8, 9, 7, off);
  for (let i = 0; i < 3; i++) arithmetic(code, random);
  code.alu('add64_reg', 9, 8);
  code.store(8, 7, off, 9);
  code.move(0, 0n);
  if (stops) {
    const on = code.label();
    code.branch('jset64_imm', 9, 7n, on);
    code.move(0, 1n);
    code.place(on);
  }
  code.exit();
  return code.func(name, 2, null);
}

/** (map, key, value, words): adds up keys and values, in whatever order they come. */
function visitor(name: string): MFunc<PReg> {
  const code = new Code();
  code.load(4, 1, 2, 0);
  code.load(8, 2, 3, 0);
  code.alu('xor64_reg', 2, 1);
  code.load(8, 1, 4, 8);
  code.alu('add64_reg', 1, 2);
  code.store(8, 4, 8, 1);
  code.alu('add64_imm', 1, 1n);
  code.load(8, 1, 3, 8);
  code.alu('add64_imm', 1, 1n);
  code.store(8, 3, 8, 1);
  code.move(0, 0n);
  code.exit();
  return code.func(name, 4, null);
}

export function machineOf(program: RandomProgram): Machine<PReg> {
  const { kind, seed } = program;
  const random = randomFrom(seed + 2 ** 43);
  const names = ['Main', ...tails.map(({ name }) => name)];
  const programs = names.map((name) => ({
    name,
    section: kind.section,
    abortValue: 0n,
  }));
  return {
    funcs: [
      mainFunction(program),
      ...tails.map(({ name }) => tail(name, random, kind)),
      ...functions.map((name) => plainFunction(name, random)),
      loopBody('round', random, false),
      loopBody('rounds', random, true),
      ...visitors.map(visitor),
    ],
    module: { funcs: [], programs, maps: allMaps, globals: [], strings: new Map(), license: 'GPL' },
  };
}

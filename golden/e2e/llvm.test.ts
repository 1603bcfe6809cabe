/**
 * `--emit asm` through llvm-mc is `--emit bytecode`, and `bpfc asm` reads it back to the same: every golden program,
 * every level, instruction sets in turn, both byte orders.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { sourceFile } from '../../src/base/source.ts';
import type { Endian } from '../../src/bpf/encode.ts';
import { type CompileOptions, compile } from '../../src/compile.ts';
import { assembleText } from '../../src/emit/asm.ts';
import { cpus, goldenPrograms, levels } from '../compiled.ts';
import { requires, tool } from '../requires.ts';

const ready = await requires('llvm');

interface Case {
  readonly what: string;
  readonly asm: string;
  readonly bytes: Uint8Array;
  readonly endian: Endian;
}

/** The program in one combination of options; null where this target cannot have it. */
function caseOf(
  program: ReturnType<typeof goldenPrograms>[number],
  options: Partial<CompileOptions>,
): Case | null {
  const made = (emit: 'asm' | 'bytecode') => compile({ ...program.source, options: { ...options, emit } });
  const [asm, bytes] = [made('asm').artifact, made('bytecode').artifact];
  if (typeof asm !== 'string' || typeof bytes === 'string' || bytes === null) return null;
  const { endian = 'little', cpu, optimize } = options;
  return { what: `${program.path} -O${optimize} ${cpu} ${endian}`, asm, bytes, endian };
}

/** Code sections of the objects that llvm-mc makes of the texts. */
function llvmSections(cases: readonly Case[], endian: Endian): readonly Uint8Array[] {
  const dir = mkdtempSync(join(tmpdir(), 'bpfc-llvm-'));
  try {
    return cases.map((one, i) => {
      const [source, object, raw] = [`${i}.s`, `${i}.o`, `${i}.bin`].map((name) => join(dir, name));
      if (source === undefined || object === undefined || raw === undefined) throw new Error('three names');
      writeFileSync(source, one.asm);
      const arch = endian === 'little' ? 'bpfel' : 'bpfeb';
      execFileSync(tool('llvm'), [`-arch=${arch}`, '-mcpu=v4', '-filetype=obj', source, '-o', object]);
      const section = /\.section\t"([^"]*)"/.exec(one.asm)?.[1] ?? '.text';
      const copy = ['-O', 'binary', `--only-section=${section}`, object, raw];
      execFileSync(tool('llvm').replace('llvm-mc', 'llvm-objcopy'), copy);
      return readFileSync(raw);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');

test.skipIf(!ready).each(['little', 'big'] as const)(
  'golden programs, %s endian',
  (endian) => {
    const cases: Case[] = [];
    // Instruction sets rotate over programs and levels; the other byte order is tried at one level.
    goldenPrograms().forEach((program, i) => {
      const tried = endian === 'little' ? levels : levels.slice(1, 2);
      tried.forEach((optimize, j) => {
        const one = caseOf(program, { optimize, cpu: cpus[(i + j) % cpus.length] ?? 'v3', endian });
        if (one !== null) cases.push(one);
      });
    });
    expect(cases.length).toBeGreaterThanOrEqual(12);
    const sections = llvmSections(cases, endian);
    cases.forEach((one, i) => {
      expect(`${one.what}\n${hex(sections[i] ?? null)}`).toBe(`${one.what}\n${hex(one.bytes)}`);
      const diagnostics = new Diagnostics();
      const back = assembleText(sourceFile(0, 'x.s', one.asm), endian, diagnostics);
      expect(diagnostics.list).toEqual([]);
      expect(`${one.what}\n${hex(back)}`).toBe(`${one.what}\n${hex(one.bytes)}`);
    });
  },
  120_000,
);

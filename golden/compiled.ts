/** Golden programs and examples, compiled: at every level, for every instruction set. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gather } from '../src/cli/sources.ts';
import type { Diagnostic } from '../src/base/diagnostic.ts';
import { formatDiagnostic } from '../src/base/format.ts';
import { type CompileInput, type CompileOptions, type CompileResult, compile } from '../src/compile.ts';
import { type LoadPlan, planModule } from '../src/kernel/plan.ts';
import { type RunLine, runLines } from './run-lines.ts';

export interface GoldenProgram {
  /** `golden/programs/counter.go`. */
  readonly path: string;
  readonly source: CompileInput;
  readonly runs: readonly RunLine[];
}

export const levels = ['0', '2', 's'] as const satisfies readonly CompileOptions['optimize'][];
export const cpus = ['v1', 'v2', 'v3', 'v4'] as const satisfies readonly CompileOptions['cpu'][];

function goFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** The golden programs and the examples of one file. */
export function goldenPrograms(): readonly GoldenProgram[] {
  return [...goFiles('golden/programs'), ...goFiles('examples')].map((path) => ({
    path,
    source: gather([path]),
    runs: runLines(readFileSync(path, 'utf8')),
  }));
}

export function describeErrors(result: CompileResult): string {
  const errors = result.diagnostics.filter((d: Diagnostic) => d.severity === 'error');
  return errors.map((d) => formatDiagnostic(d, result.files)).join('\n');
}

/**
 * Compiled for the oldest kernel that takes it: 5.10 where everything that the program uses is there, else the
 * compiler's own default.
 */
export function compileForOldest(program: GoldenProgram, options: Partial<CompileOptions>): CompileResult {
  const wanted = { emit: 'asm', paranoid: true, ...options } as const;
  const old =
    options.cpu === 'v4'
      ? null
      : compile({ ...program.source, options: { ...wanted, targetKernel: '5.10' } });
  return old?.machine ? old : compile({ ...program.source, options: wanted });
}

/** The load plan of a program, or the compiler's errors. */
export function planOf(program: GoldenProgram, options: Partial<CompileOptions>): LoadPlan | string {
  const { machine, ...result } = compileForOldest(program, options);
  return machine === null ? describeErrors({ machine, ...result }) : planModule(machine, 'little');
}

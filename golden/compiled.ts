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

/** Golden programs and the examples that are one file. */
export function goldenPrograms(): readonly GoldenProgram[] {
  return [...goFiles('golden/programs'), ...goFiles('examples')].map((path) => ({
    path,
    source: gather([path]),
    runs: runLines(readFileSync(path, 'utf8')),
  }));
}

const syscallEntry = '//bpf:attach syscall\nfunc Main(ctx *Args) int32 {';
const sdkImport = 'import "bpfc/sdk/bpf"';

/** The first eight bytes of a tracepoint's context are not readable. */
const tracepointEntry = `
type Event struct{ Header, A, B uint64 }

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Main(event *Event) int32 {
	args := Args{A: event.A, B: event.B}
	result := run(&args)
	bpf.TracePrintk("%d\\n", args.Result)
	return result
}
`;

/**
 * A syscall program's computation as a tracepoint program, which kernels before 5.14 load too; null for other programs.
 * Its inputs are whatever the event holds; it prints the result.
 */
export function tracepointTwin(program: GoldenProgram): GoldenProgram | null {
  const [file] = program.source.files;
  if (file === undefined || !file.text.includes(syscallEntry)) return null;
  const body = file.text.replace(syscallEntry, 'func run(ctx *Args) int32 {') + tracepointEntry;
  const text = body.includes(sdkImport) ? body : body.replace(/^package \w+$/m, `$&\n\n${sdkImport}`);
  return { path: `${program.path} as tracepoint`, source: { files: [{ name: file.name, text }] }, runs: [] };
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

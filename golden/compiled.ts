/** Golden programs and examples, compiled: at every level, for every instruction set. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { must } from '../src/base/assert.ts';
import type { Diagnostic } from '../src/base/diagnostic.ts';
import { formatDiagnostic } from '../src/base/format.ts';
import { gather } from '../src/cli/sources.ts';
import { type CompileInput, type CompileOptions, type CompileResult, compile } from '../src/compile.ts';
import { atLeast, parseVersion, type Version } from '../src/kernel/needs.ts';
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
  return [...goFiles('golden/programs'), ...goFiles('examples')].map(readProgram);
}

const isFolder = (path: string): boolean => statSync(path).isDirectory();

/** A file, or a folder that is a module: its root package, with the packages that this imports. */
export function readProgram(path: string): GoldenProgram {
  const files = isFolder(path) ? goFiles(path) : [path];
  const text = files.map((file) => readFileSync(file, 'utf8')).join('');
  return { path, source: gather(files), runs: runLines(text) };
}

/** The language cell by cell: programs of which only the run lines count. */
export function languagePrograms(): readonly GoldenProgram[] {
  const folder = 'golden/language';
  return readdirSync(folder)
    .sort()
    .map((name) => readProgram(`${folder}/${name}`));
}

const syscallEntry = '//bpf:attach syscall\nfunc Main(ctx *Args) int32 {';
const sdkImport = 'import "bpfc/sdk/bpf"';

/** The first eight bytes of a tracepoint's context are not readable. */
const tracepointEntry = `
type twinEvent struct{ Header, A, B uint64 }

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Main(event *twinEvent) int32 {
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

interface Compiled {
  readonly result: CompileResult;
  /** The kernel that the code was made for. */
  readonly target: Version;
}

/** Compiled for 5.10 where the program has nothing newer, else for the compiler's own default. */
function compileForOldest(program: GoldenProgram, options: Partial<CompileOptions>): Compiled {
  const wanted = { emit: 'asm', paranoid: true, ...options } as const;
  const targets: readonly string[] = options.cpu === 'v4' ? ['6.6'] : ['5.10', '5.15', '6.1', '6.12'];
  let last: Compiled | null = null;
  for (const targetKernel of targets) {
    const result = compile({ ...program.source, options: { ...wanted, targetKernel } });
    last = { result, target: parseVersion(targetKernel) };
    if (result.machine !== null) break;
  }
  return must(last, 'a target');
}

/** The load plan of a program, or the compiler's errors. */
export function planOf(program: GoldenProgram, options: Partial<CompileOptions>): LoadPlan | string {
  const { result, target } = compileForOldest(program, options);
  if (result.machine === null) return describeErrors(result);
  const plan = planModule(result.machine, 'little');
  const programs = plan.programs.map((p) => ({ ...p, needs: atLeast(p.needs, target) ? p.needs : target }));
  return { ...plan, programs };
}

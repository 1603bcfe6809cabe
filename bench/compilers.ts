/**
 * The suite's programs compiled, by bpfc and by every C compiler that is installed, as slots and as what the kernel
 * loads.
 *
 *     compileGo('hello', { optimize: '2' }).slots                    // 9
 *     compileC('hello', anchors[0]).slots                            // 9, or null: not compiled
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../src/base/assert.ts';
import { formatDiagnostic } from '../src/base/format.ts';
import { gather } from '../src/cli/sources.ts';
import { type CompileOptions, compile } from '../src/compile.ts';
import { planModule } from '../src/kernel/plan.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { readElf } from '../src/object/elf-read.ts';
import type { Loadable } from './sides.ts';

export const programFolder = 'bench/programs';

export interface GoBuild {
  readonly slots: number;
  readonly form: 'object' | 'listing';
  readonly loadable: Loadable;
}

/** bpfc's code for a program of the suite, or its errors: the shorter of what an object and what bytecode hold. */
export function compileGo(name: string, options: Partial<CompileOptions>): GoBuild | string {
  if (!existsSync(`${programFolder}/${name}.go`)) return 'no program';
  const forms = (['object', 'listing'] as const).map((form) => compileForm(name, { ...options, form }));
  const builds = forms.filter((form) => typeof form !== 'string');
  const [best] = builds.sort((a, b) => a.slots - b.slots);
  return best ?? must(forms[0], 'no form');
}

function compileForm(
  name: string,
  options: Partial<CompileOptions> & Pick<GoBuild, 'form'>,
): GoBuild | string {
  const source = gather([`${programFolder}/${name}.go`]);
  const { form, ...rest } = options;
  const result = compile({ ...source, options: { ...rest, emit: form } });
  const errors = result.diagnostics.filter((d) => d.severity === 'error');
  if (result.machine === null || errors.length > 0)
    return errors.map((d) => formatDiagnostic(d, result.files)).join('\n');
  if (result.artifact instanceof Uint8Array) {
    const object = readBpfObject(result.artifact);
    return { slots: slotsOfObject(result.artifact), form, loadable: { kind: 'object', object } };
  }
  const plan = planModule(result.machine, 'little');
  const slots = plan.programs.reduce((sum, p) => sum + p.code.length / 16, 0);
  return { slots, form, loadable: { kind: 'plan', plan } };
}

export interface CCompiler {
  readonly name: string;
  readonly command: readonly string[];
}

const clangLevels = ['-O1', '-O2', '-Os'] as const;
const clangCpus = ['v1', 'v2', 'v3'] as const;

const clang = (command: string, level: string, cpu: string): CCompiler => ({
  name: `${command} ${level} ${cpu}`,
  command: [command, '-target', 'bpf', level, `-mcpu=${cpu}`, '-g', '-c'],
});

/** What every row is compared with first. */
export const reference: CCompiler = clang('clang-19', '-O2', 'v3');

/** Every compiler of which the best is the anchor. */
export const anchors: readonly CCompiler[] = [
  ...['clang-19', 'clang-14'].flatMap((c) =>
    clangLevels.flatMap((level) => clangCpus.map((cpu) => clang(c, level, cpu))),
  ),
  ...clangLevels.map((level) => ({
    name: `bpf-gcc ${level}`,
    command: ['bpf-gcc', level, '-mcpu=v3', '-g', '-c'],
  })),
];

const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const;

/** The object that a C compiler makes of a program; null where it is not installed or refuses. */
export function compileObject(name: string, compiler: CCompiler): Uint8Array | null {
  const source = `${programFolder}/${name}.c`;
  if (!existsSync(source)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const object = join(folder, `${name}.o`);
    const [command = '', ...args] = compiler.command;
    const include =
      process.arch === 'x64' || process.arch === 'arm64' ? [`-I/usr/include/${multiarch[process.arch]}`] : [];
    const { status } = spawnSync(command, [...args, ...include, source, '-o', object], { encoding: 'utf8' });
    return status === 0 && existsSync(object) ? new Uint8Array(readFileSync(object)) : null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const executable = 4;

/** Slots of all programs and subprograms of an object. */
export function slotsOfObject(object: Uint8Array): number {
  const sections = readElf(object).sections.filter((s) => (s.flags & executable) !== 0);
  return sections.reduce((sum, s) => sum + s.data.length / 8, 0);
}

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
import { formatDiagnostic } from '../src/base/format.ts';
import { gather } from '../src/cli/sources.ts';
import { type CompileOptions, compile } from '../src/compile.ts';
import { type LoadPlan, type Patch, planModule, toHex } from '../src/kernel/plan.ts';
import { readElf } from '../src/object/elf-read.ts';

export const programFolder = 'bench/programs';

export interface GoBuild {
  readonly slots: number;
  readonly plan: LoadPlan;
}

/** bpfc's code for a program of the suite, or its errors: the shorter of what an object and what bytecode hold. */
export function compileGo(name: string, options: Partial<CompileOptions>): GoBuild | string {
  if (!existsSync(`${programFolder}/${name}.go`)) return 'no program';
  const forms = (['object', 'listing'] as const).map((emit) => compileForm(name, { ...options, emit }));
  const builds = forms.filter((form) => typeof form !== 'string');
  const [best] = builds.sort((a, b) => a.slots - b.slots);
  return best ?? forms[0] ?? 'no form';
}

function compileForm(name: string, options: Partial<CompileOptions>): GoBuild | string {
  const source = gather([`${programFolder}/${name}.go`]);
  const result = compile({ ...source, options });
  const errors = result.diagnostics.filter((d) => d.severity === 'error');
  if (result.machine === null || errors.length > 0)
    return errors.map((d) => formatDiagnostic(d, result.files)).join('\n');
  const plan = planModule(result.machine, 'little');
  return { slots: plan.programs.reduce((sum, p) => sum + p.code.length / 16, 0), plan };
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

/** Of a relocation: a 64-bit address, and a call. */
const relocation64 = 1;

/**
 * The object's one program with the maps of the Go version, which go by the same names but for case. The verifier and
 * test runs see both versions alike then.
 */
export function planOfObject(object: Uint8Array, go: LoadPlan): LoadPlan | null {
  const { sections } = readElf(object);
  const text = sections.filter((s) => (s.flags & executable) !== 0 && s.data.length > 0);
  const [section] = text;
  const [program] = go.programs;
  if (section === undefined || program === undefined || text.length > 1) return null;
  const rodata = sections.find((s) => s.name.startsWith('.rodata') && s.data.length > 0);
  const patches: Patch[] = [];
  const code = Uint8Array.from(section.data);
  const view = new DataView(code.buffer);
  for (const { offset, type, symbol } of section.relocations) {
    if (type !== relocation64) return null;
    const home = sections.find((s) => s.index === symbol.section);
    const slot = offset / 8;
    if (home !== undefined && home === rodata) {
      patches.push({ slot, map: '.rodata', offset: symbol.value + view.getInt32(offset + 4, true) });
      continue;
    }
    const map = go.maps.find((m) => m.name.toLowerCase() === symbol.name.toLowerCase());
    if (map === undefined) return null;
    patches.push({ slot, map: map.name, offset: null });
  }
  const maps = go.maps.filter((m) => m.content === null);
  if (rodata !== undefined) {
    const content = toHex(rodata.data);
    const shape = { type: 2, keySize: 4, valueSize: rodata.data.length, maxEntries: 1, flags: 1 << 7 };
    maps.push({ ...shape, name: '.rodata', content, readOnly: true });
  }
  return { ...go, maps, programs: [{ ...program, code: toHex(code), patches }] };
}

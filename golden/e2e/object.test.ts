/**
 * Objects, proved by those who read them: cilium/ebpf and libbpf load them, bpftool shows their Go lines, llvm-objdump
 * and readelf find nothing to complain of, and a Go test configures, runs and inspects one through the generated library.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Machine } from '../../passes/pass.ts';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { sourceFile } from '../../src/base/source.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { isPhysical, parseMCode } from '../../src/bpf/parse.ts';
import { gather } from '../../src/cli/sources.ts';
import { type CompileOptions, compile, defaultOptions, targetOf } from '../../src/compile.ts';
import type { Module } from '../../src/ir/ir.ts';
import { disassembleObject } from '../../src/emit/disassemble.ts';
import { emitObject } from '../../src/emit/object.ts';
import { MalformedError } from '../../src/object/bytes.ts';
import { describeObject } from '../../src/object/describe.ts';
import { describeErrors, goldenPrograms, levels } from '../compiled.ts';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { requires, tool } from '../requires.ts';

const here = import.meta.dirname;
const richPath = join(here, 'objects/rich.go');
const kfuncsPath = join(here, 'objects/kfuncs.go');
const richLines = readFileSync(richPath, 'utf8').split('\n');

function objectOf(options: Partial<CompileOptions> = {}): Uint8Array {
  const result = compile({ ...gather([richPath]), options: { emit: 'object', paranoid: true, ...options } });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  return result.artifact;
}

function kfuncsObject(endian: 'little' | 'big' = 'little'): Uint8Array {
  const options = { emit: 'object', targetKernel: '6.6', endian } as const;
  const result = compile({ ...gather([kfuncsPath]), options });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  return result.artifact;
}

let dir = '';
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfc-object-'));
});

afterAll(() => rmSync(dir, { recursive: true }));

/** The address of a function as a helper's argument. */
const callback = `func @main(1) program main frame 0 next v11 b1 !1:1 {
b0:
  r1 = 10 !1:2
  r2 = func cb ll !1:3
  r3 = 0 !1:4
  r4 = 0 !1:5
  r0 = call loop#181(r1, r2, r3, r4) !1:6
  r0 = 0
  exit r0
}

func @cb(2) frame 0 next v11 b1 !2:1 {
b0:
  r0 = 0 !2:2
  exit r0
}
`;

function callbackObject(): Uint8Array {
  const code = parseMCode(sourceFile(0, 'x.mir', callback), new Diagnostics());
  if (code === null || !isPhysical(code)) throw new Error('the code does not read');
  const programs = [{ name: 'main', section: 'syscall', abortValue: 0n }];
  const module = { funcs: [], programs, maps: [], globals: [], strings: new Map(), license: 'GPL' };
  const machine: Machine<PReg> = { ...code, module };
  const files = [sourceFile(0, 'loop.go', 'first line\nsecond line\n')];
  return emitObject({
    machine,
    program: null,
    files,
    target: targetOf({ ...defaultOptions, emit: 'object' }),
  });
}

interface LoadReport {
  readonly Path: string;
  readonly Programs: readonly string[] | null;
  readonly Error: string;
}

const loadReports = (output: string): readonly LoadReport[] =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LoadReport);

/** Kinds that this machine's kernel refuses to load under lockdown: measured. */
const isRefused = (module: Module | null): boolean =>
  module?.programs.some((p) => /^(lsm|fentry|fexit|fmod_ret|freplace)/.test(p.section)) ?? false;

function expectLoaded(reports: readonly LoadReport[], refused: ReadonlySet<string>): void {
  for (const { Path: path, Error: error } of reports)
    expect([path, error]).toEqual([path, refused.has(path) ? expect.stringMatching(/not permitted/) : '']);
}

const hasKernel = await requires('kernel', 'root', 'go');

describe.skipIf(!hasKernel)('cilium/ebpf', () => {
  let folder: GoFolder;

  beforeAll(() => {
    folder = goFolder('objects');
  }, 60_000);

  afterAll(() => folder.remove());

  test('loads golden programs and examples, at every level', () => {
    folder.write('main.go', readFileSync(join(here, 'objects/load.go.txt'), 'utf8'));
    folder.go('build', '-o', 'load', '.');
    const paths = [at('rich.o'), at('callback.o'), at('kfuncs.o')];
    writeFileSync(at('kfuncs.o'), kfuncsObject());
    writeFileSync(at('rich.o'), objectOf());
    writeFileSync(at('callback.o'), callbackObject());
    const refused = new Set<string>();
    goldenPrograms().forEach(({ path, source }, i) => {
      for (const optimize of levels) {
        const options = { emit: 'object', optimize, targetKernel: '6.12' } as const;
        const { artifact, module, ...rest } = compile({ ...source, options });
        if (!(artifact instanceof Uint8Array))
          throw new Error(`${path}\n${describeErrors({ artifact, module, ...rest })}`);
        const object = at(`${i}-${optimize}.o`);
        paths.push(object);
        writeFileSync(object, artifact);
        if (isRefused(module)) refused.add(object);
      }
    });
    const reports = loadReports(execFileSync(join(folder.dir, 'load'), paths, { encoding: 'utf8' }));
    expect(reports).toHaveLength(paths.length);
    expectLoaded(reports, refused);
    expect(reports[0]?.Programs?.toSorted()).toEqual(['Count', 'Enter', 'First', 'Second']);
  }, 120_000);

  test('loads the samples, but for kinds that this kernel refuses', () => {
    folder.write('main.go', readFileSync(join(here, 'objects/load.go.txt'), 'utf8'));
    folder.go('build', '-o', 'load', '.');
    const names = readdirSync('examples/samples').filter((name) => /^s\d/.test(name));
    const refused = new Set<string>();
    const paths = names.flatMap((name) => {
      const { artifact, module } = compile({
        ...gather([`examples/samples/${name}/${name}.go`]),
        options: { emit: 'object' },
      });
      if (!(artifact instanceof Uint8Array)) return [];
      const object = at(`${name}.o`);
      writeFileSync(object, artifact);
      if (isRefused(module)) refused.add(object);
      return [object];
    });
    expect(paths.length).toBeGreaterThanOrEqual(9);
    expectLoaded(loadReports(execFileSync(join(folder.dir, 'load'), paths, { encoding: 'utf8' })), refused);
  }, 120_000);

  test('configures, runs and inspects an object through the generated library', () => {
    const { artifact } = compile({
      ...gather([richPath]),
      options: { emit: 'go', embed: true, goPackage: 'rich' },
    });
    const library = goFolder('rich');
    try {
      library.write('rich.go', String(artifact));
      library.write('rich_test.go', readFileSync(join(here, 'objects/rich_test.go.txt'), 'utf8'));
      expect(library.gofmt(String(artifact))).toBe(artifact);
      library.go('vet', '.');
      expect(library.go('test', '-v', '.')).toMatch(/--- PASS: TestTailCall/);
    } finally {
      library.remove();
    }
  }, 120_000);
});

const hasBpftool = await requires('kernel', 'root', 'bpftool');

describe.skipIf(!hasBpftool)('libbpf', () => {
  const bpftool = (...words: readonly string[]): string =>
    execFileSync(tool('bpftool'), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  /** Loads an object and gives what `use` makes of the pinned programs. */
  function loaded<T>(object: Uint8Array, use: (pins: string) => T): T {
    const pins = `/sys/fs/bpf/bpfc-object-${process.pid}`;
    const kept = '/sys/fs/bpf/kept';
    writeFileSync(at('loaded.o'), object);
    try {
      bpftool('prog', 'loadall', at('loaded.o'), pins);
      return use(pins);
    } finally {
      for (const name of readdirSync('/sys/fs/bpf').includes(pins.slice(12)) ? readdirSync(pins) : [])
        rmSync(join(pins, name));
      if (readdirSync('/sys/fs/bpf').includes(pins.slice(12))) rmdirSync(pins);
      rmSync(kept, { force: true });
    }
  }

  test('loads all programs, with functions and callbacks', () => {
    loaded(objectOf(), (pins) =>
      expect(readdirSync(pins).sort()).toEqual(['Count', 'Enter', 'First', 'Second']),
    );
    loaded(callbackObject(), (pins) => expect(readdirSync(pins)).toEqual(['main']));
    loaded(kfuncsObject(), (pins) => expect(readdirSync(pins)).toEqual(['Keep', 'New', 'Sum']));
  });

  /** The source lines above the instructions of a loaded program are those of the file, and none is without. */
  function expectLines(pin: string, path: string, source: readonly string[]): void {
    const lines = bpftool('prog', 'dump', 'xlated', 'pinned', pin, 'linum').trim().split('\n');
    const comments = lines.filter((line) => line.startsWith(';'));
    expect(comments.length).toBeGreaterThan(8);
    for (const comment of comments) {
      const [, shown, file, line] = /^; (.*) \[file:(.*) line_num:(\d+) line_col:\d+\]$/.exec(comment) ?? [];
      expect(file).toBe(path);
      expect([comment, shown]).toEqual([comment, source[Number(line) - 1]?.trim()]);
    }
    // A function's head is followed by the line of its first instruction.
    lines.forEach((line, i) => {
      if (/^\S.*\):$/.test(line)) expect(lines[i + 1]).toMatch(/^;/);
    });
  }

  test('every instruction has its Go file, line and text', () => {
    for (const optimize of levels)
      loaded(objectOf({ optimize }), (pins) => expectLines(join(pins, 'Count'), richPath, richLines));
  });

  test('every instruction of an example has its Go file, line and text', () => {
    const input = gather(['examples/bootstrap/bootstrap/bootstrap.go']);
    const [file] = input.files;
    const { artifact } = compile({ ...input, options: { emit: 'object' } });
    if (!(artifact instanceof Uint8Array) || file === undefined) throw new Error('no object');
    loaded(artifact, (pins) => {
      const names = readdirSync(pins);
      expect(names.length).toBe(2);
      for (const name of names) expectLines(join(pins, name), file.name, file.text.split('\n'));
    });
  });

  test('types print as C', () => {
    writeFileSync(at('types.o'), objectOf());
    const text = bpftool('btf', 'dump', 'file', at('types.o'), 'format', 'c');
    expect(text).toMatch(
      /struct Event \{\s+unsigned int PID;\s+unsigned char Comm\[16\];\s+unsigned long long Seen;/,
    );
  });
});

const hasLlvm = await requires('llvm');

describe('readers', () => {
  test.skipIf(!hasLlvm)('llvm-objdump reads both byte orders alike', () => {
    const objdump = tool('llvm').replace('llvm-mc', 'llvm-objdump');
    const text = (endian: 'little' | 'big'): string[] => {
      writeFileSync(at(`${endian}.o`), objectOf({ endian, optimize: '0' }));
      const out = execFileSync(objdump, ['-dr', '--no-show-raw-insn', at(`${endian}.o`)], {
        encoding: 'utf8',
      });
      return out.split('\n').slice(2);
    };
    const little = text('little');
    expect(little.join('\n')).not.toMatch(/unknown/);
    expect(little.some((line) => line.includes('R_BPF_64_32\tsum'))).toBe(true);
    // Constants that stand for several bytes differ; without optimisation nothing else does.
    const shape = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/= 0x\w+/, '='));
    expect(shape(text('big'))).toEqual(shape(little));
  });

  test('readelf has no complaints', () => {
    for (const endian of ['little', 'big'] as const) {
      writeFileSync(at('elf.o'), objectOf({ endian }));
      const done = spawnSync('readelf', ['-aW', at('elf.o')], { encoding: 'utf8' });
      expect([done.stderr, done.status]).toEqual(['', 0]);
      expect(done.stdout).toMatch(/OBJECT\s+GLOBAL DEFAULT\s+\d+ total/);
    }
  });

  test('a kernel function is an undefined symbol with a type', () => {
    for (const endian of ['little', 'big'] as const) {
      const description = describeObject(kfuncsObject(endian));
      for (const name of ['bpf_iter_num_new', 'bpf_iter_num_next', 'bpf_iter_num_destroy']) {
        expect(description).toMatch(new RegExp(`^type \\d+ func ${name}: \\d+ extern$`, 'm'));
        expect(description).toMatch(new RegExp(`^symbol notype global undefined 0 ${name}$`, 'm'));
      }
    }
    const text = disassembleObject(kfuncsObject(), new Diagnostics()) ?? '';
    expect(text).toMatch(/^\tcall bpf_iter_num_next$/m);
  });

  test('bpfc disasm names functions, maps, variables and Go lines', () => {
    for (const endian of ['little', 'big'] as const) {
      const diagnostics = new Diagnostics();
      const text = disassembleObject(objectOf({ endian }), diagnostics) ?? '';
      expect(diagnostics.list).toEqual([]);
      expect(text).toMatch(/^\t\.section\t"syscall","ax",@progbits$/m);
      expect(text).toMatch(/^\tr\d = total ll$/m);
      expect(text).toMatch(/^\tr\d = hits ll$/m);
      expect(text).toMatch(/^\tcall sum$/m);
      expect(text).toMatch(/^# .*rich\.go:\d+: total \+= ctx\.A$/m);
      expect(text).toMatch(/^table:\n\t\.byte\t/m);
    }
    expect(disassembleObject(callbackObject(), new Diagnostics())).toMatch(/^\tr2 = cb ll$/m);
  });

  test('damaged objects are refused as malformed, or read', () => {
    const good = callbackObject();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (offset, value) => {
        const bad = good.slice();
        bad[offset] = value;
        for (const read of [describeObject, (file: Uint8Array) => disassembleObject(file, new Diagnostics())])
          try {
            read(bad);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedError);
          }
      }),
      { numRuns: 2000 },
    );
  });
});

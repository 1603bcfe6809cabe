import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoFolder, goFolder } from '../../golden/go-tool.ts';
import { requires } from '../../golden/requires.ts';
import type { Machine } from '../../passes/pass.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { isPhysical, parseMCode } from '../bpf/parse.ts';
import type { PReg } from '../bpf/minst.ts';
import type { MapDecl, Module } from '../ir/ir.ts';
import { emitForms } from './emit.ts';
import { commentText, goString, keyed } from './go-text.ts';
import { emitGoProgram, type GoOptions } from './goprogram.ts';
import { emitListing } from './listing.ts';

const helloSource = `package main

import "github.com/miekg/bpf"

func main() { bpf.TracePrintk("Hello world!\\n") }
`;

const helloCode = `func @main(1) program main frame 16 next v11 b1 !5:6 {
b0:
  r1 = 560229490 !5:15
  *(u64 *)(r10 - 8) = 10 !5:15
  *(u32 *)(r10 - 12) = 1684828783 !5:15
  r1 = r10 !5:15
  r1 += -16 !5:15
  r2 = 14 !5:15
  call trace_printk#6(r1, r2) !5:15
  r0 = 0 !5:6
  exit r0 !5:6
}
`;

const manyCode = `func @drop(1) program drop frame 0 next v11 b3 !1:1 {
b0:
  r0 = call @sub(r1) !2:1
  if r0 == 7 goto b2 !2:1
b1:
  r1 = map hits ll !3:1
  r2 = mapvalue hits+8 ll !3:1
  lock *(u64 *)(r2 + 0) |= r1
  goto b1 !4:1
b2:
  exit r0
}

func @sub(1) frame 0 next v11 b1 !9:1 {
b0:
  r0 += 1 !9:1
  if r0 < 5 goto b0 !9:1
  exit r0
}

func @connect(1) program connect frame 0 next v11 b1 {
b0:
  r0 = 1
  exit r0
}
`;

const files = [sourceFile(0, 'hello.go', helloSource)];

function machine(code: string, module: Partial<Module>): Machine<PReg> {
  const parsed = parseMCode(sourceFile(0, 'x.mir', code), new Diagnostics());
  if (parsed === null || !isPhysical(parsed)) throw new Error('the code does not read');
  const empty = { funcs: [], programs: [], maps: [], globals: [], strings: new Map(), license: 'GPL' };
  return { ...parsed, module: { ...empty, ...module } };
}

const hello = machine(helloCode, {
  programs: [{ name: 'main', section: 'tracepoint/syscalls/sys_enter_openat', abortValue: 0n }],
});

const array: MapDecl = {
  name: 'hits',
  type: 'array',
  keySize: 4,
  valueSize: 16,
  maxEntries: 1,
  flags: 0,
  pin: true,
};

const many = machine(manyCode, {
  programs: [
    { name: 'drop', section: 'xdp.frags', abortValue: 0n },
    { name: 'connect', section: 'cgroup/connect4', abortValue: 0n },
  ],
  maps: [
    array,
    { ...array, name: 'events', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096, pin: false },
  ],
});

const goOptions = (diagnostics: Diagnostics): GoOptions => ({
  files,
  diagnostics,
  program: null,
  goPackage: null,
  object: null,
});

const hasGo = await requires('go');

describe('Go text', () => {
  test('the listing of hello', () => {
    const listing = emitListing(hello, files, new Diagnostics());
    expect(listing.split('\n').slice(0, 4)).toEqual([
      'asm.Instructions{',
      '\t// hello.go:5: func main() { bpf.TracePrintk("Hello world!\\n") }',
      '\tasm.Mov.Imm(asm.R1, 560229490).WithSymbol("main").WithSource(asm.Comment("hello.go:5 func main() { bpf.TracePrintk(\\"Hello world!\\\\n\\") }")),',
      '\tasm.Instruction{OpCode: asm.StoreImmOp(asm.DWord), Dst: asm.RFP, Offset: -8, Constant: 10},',
    ]);
    expect(listing).toContain('\tasm.FnTracePrintk.Call(),\n');
  });

  test('labels are symbols; a label at a function’s start is the function', () => {
    const listing = emitListing(many, files, new Diagnostics());
    expect(listing).toContain('asm.Call.Label("sub").WithSymbol("drop")');
    expect(listing).toContain('asm.JEq.Imm(asm.R0, 7, "drop_1")');
    expect(listing).toContain('asm.Ja.Label("drop_0")');
    expect(listing).toContain('asm.JLT.Imm(asm.R0, 5, "sub")');
    expect(listing).toContain('asm.LoadMapPtr(asm.R1, 0).WithReference("hits").WithSymbol("drop_0")');
    expect(listing).toContain('asm.LoadMapValue(asm.R2, 0, 8).WithReference("hits")');
  });

  test('what a listing cannot carry is an error at its line', () => {
    const code = helloCode.replace('r1 = 560229490 !5:15', 'r1 = global limit ll !5:15');
    const diagnostics = new Diagnostics();
    expect(emitGoProgram(machine(code, hello.module), goOptions(diagnostics))).toBe('');
    expect(diagnostics.list.map((d) => [d.code, d.message, d.span?.start])).toEqual([
      ['needs-object', 'this form of output cannot carry the package variable limit', 59],
    ]);
  });

  test('strings, comments, keys', () => {
    expect(goString('a"\\\n\t\x01é\ufeff')).toBe('"a\\"\\\\\\n\\t\\x01é\\ufffd"');
    expect(commentText('a\r\nb\t\u2028 ')).toBe('a  b');
    const fields = [
      ['A', ['1']],
      ['Long', ['2']],
      ['X', ['{', '\t1,', '}']],
      ['B', ['3']],
    ] as const;
    expect(keyed(fields)).toEqual(['A:    1,', 'Long: 2,', 'X: {', '\t1,', '},', 'B: 3,']);
  });

  test('bytecode holds one program and says which slots wait for maps', () => {
    const target = {
      cpu: 'v3',
      endian: 'little',
      arch: 'x86_64',
      kernel: [5, 15],
      opt: '2',
      sections: false,
    } as const;
    const diagnostics = new Diagnostics();
    emitForms.bytecode.emit(many, { target, files, diagnostics, program: null, goPackage: null });
    const one = machine(manyCode, { ...many.module, programs: many.module.programs.slice(0, 1) });
    const hex = emitForms.hex.emit(one, { target, files, diagnostics, program: null, goPackage: null });
    expect(String(hex).split('\n').slice(2, 4)).toEqual(['1801000000000000', '0000000000000000']);
    expect(diagnostics.list.map((d) => d.message)).toEqual([
      'this form of output cannot carry 2 programs: it holds exactly one',
      'the bytecode leaves map hits open in slot 2, 4: a loader writes its file descriptor there',
    ]);
  });
});

describe.skipIf(!hasGo)('with the Go tool', () => {
  let folder: GoFolder | null = null;
  beforeAll(() => {
    folder = goFolder('emitted');
  });
  afterAll(() => folder?.remove());

  test.each([
    ['hello', hello],
    ['many', many],
  ])('the Go program of %s is gofmt-clean and vet is silent', (_, code) => {
    const text = emitGoProgram(code, goOptions(new Diagnostics()));
    expect(folder?.gofmt(text)).toBe(text);
    folder?.write('main.go', text);
    folder?.go('vet', '.');
  });

  test('listings are gofmt-clean', () => {
    for (const code of [hello, many]) {
      const text = emitListing(code, files, new Diagnostics());
      expect(folder?.gofmt(text)).toBe(text);
    }
  });
});

import { expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { place } from '../base/format.ts';
import { sourceFile } from '../base/source.ts';
import { FuncBuilder } from './builder.ts';
import type { Module } from './ir.ts';
import { parseModule } from './parse.ts';
import { printModule } from './print.ts';

const text = `license "GPL"
map @hits hash key 4 value 8 entries 1024 flags 0
map @kept lru_percpu_hash key 4 value 8 entries 10 flags 1 pin
global @limit .rodata size 4 align 4 = 0a000000
global @"Pair[uint32]" .bss size 16 align 8
string @s0 "a\\"b\\n\\u00ff"
program @main section "xdp" abort 0
program @t section "tracepoint/a/b" abort -1

func @main(v0: ptr) -> i32 program @main next v90 b9 s4 { !5:6
  slot s0 16 align 8 "key" !6:2
  slot s1 4 align 4
b0:
  v1: i32 = const -5 !6:10
  v2: ptr = slotaddr s0 + 8 !1:6:10
  v9: ptr = slotaddr s1
  store.32 v2 + 0, v1
  v3: i64 = load.u64 v0 - 16
  v4: i32 = icmp.ult v3, v3
  zero v2, 8
  v5: ptr = mapaddr @hits
  v6: ptr = helper @map_lookup_elem(v5, v2)
  v7: ptr = globaladdr @"Pair[uint32]" + 8
  atomic.add.64 v7 + 0, v3
  call @f()
  v8: i32 = aborted
  branch v4, b1(v1), b2
b1(v10: i32):
  return v10 !8:2
b2:
  jump b3(v1, v2) !9:2
b3(v11: i32, v12: ptr):
  abort
}

func @f() noinline {
b0:
  return
}

func @"T.m[a,b]"() -> ptr {
b0:
  unreachable
}
`;

function parse(source: string): { module: Module | null; errors: readonly string[] } {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'x.ir', source);
  const module = parseModule(file, diagnostics);
  return { module, errors: diagnostics.list.map((d) => `${place(d.span, [file])}: ${d.message}`) };
}

test('text is read and printed unchanged', () => {
  const { module, errors } = parse(text);
  expect(errors).toEqual([]);
  expect(printModule(module!)).toBe(text);
});

test('comments and spaces do not count', () => {
  const { module } = parse(text.replaceAll('\n', '  ; a "comment"\n\n').replaceAll(', ', ' ,'));
  expect(printModule(module!)).toBe(text);
});

test('what the builder makes survives the text form', () => {
  const b = new FuncBuilder({ name: 'main', params: ['ptr'], result: 'i32', program: 'main' });
  const slot = b.newSlot(4, 4, 'key');
  b.store(32, b.slotAddr(slot), 0, b.constant('i32', 0xffff_ffffn));
  const done = b.newBlock(['i32']);
  b.pos = { file: 0, line: 3, col: 1 };
  b.jump(done, [b.invoke('helper', 'get_prandom_u32', [], 'i32')!]);
  b.constant('i32', 1n);
  b.unreachable();
  b.switchTo(done);
  b.ret(b.param(done, 0));
  const module: Module = {
    funcs: [b.finish()],
    programs: [],
    maps: [],
    globals: [],
    strings: new Map([['x', 'y']]),
    license: 'MIT',
  };
  expect(parse(printModule(module)).module).toEqual(module);
});

test('errors are located, one per line', () => {
  const { module, errors } = parse(`license
nonsense
func @f(v0: i32) {
  v1: i32 = const 5
b0:
  v1: i32 = constant 5
  v1: i8 = const 5
  v2: i32 = const 4294967296
  v2: i32 = add v99999999, v1
  store.8 v0, v1
  return v1 v2
  return
  return
b1:
}
string @a "\\q"
global @g .text
func @g() {
`);
  expect(module).toBeNull();
  expect(errors).toEqual([
    'x.ir:1:8: expected a string',
    'x.ir:2:1: expected license, map, global, string, program or func',
    'x.ir:4:3: expected a slot or a block',
    "x.ir:6:13: there is no op 'constant'",
    'x.ir:7:7: expected i32, i64 or ptr',
    'x.ir:8:29: 4294967296 is no i32',
    'x.ir:9:17: expected v and a number up to 10000000',
    "x.ir:10:13: expected '+', found ','",
    "x.ir:11:13: unexpected 'v2'",
    'x.ir:13:3: b0 has its terminator already',
    'x.ir:15:2: b1 has no terminator',
    'x.ir:16:11: the string has a bad escape',
    'x.ir:17:11: expected .data, .bss, .rodata or .kconfig',
    "x.ir:19:1: expected '}'",
  ]);
});

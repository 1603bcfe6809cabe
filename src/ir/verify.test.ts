import { expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { parseModule } from './parse.ts';
import { formatProblem, verifyModule } from './verify.ts';

/** Problems of a function's blocks, in a module with a map, a global and a few functions. */
function problems(blocks: string, head = '@f(v0: i32, v1: i64, v2: ptr) -> i32'): readonly string[] {
  const text = `map @m hash key 4 value 8 entries 1 flags 0
global @g .bss size 8 align 8
func @callee(v0: i32) -> i64 {
b0:
  v1: i64 = zext v0
  return v1
}
func ${head} {
b0:
${blocks}
}
`;
  const diagnostics = new Diagnostics();
  const module = parseModule(sourceFile(0, 'x.ir', text), diagnostics);
  expect(diagnostics.list).toEqual([]);
  return verifyModule(module!).map(formatProblem);
}

const cases: readonly (readonly [what: string, blocks: string, problem: string])[] = [
  ['types of arguments', 'v3: i32 = add v0, v1\nreturn v3', '@f b0: add: argument 1 is i64, wants i32'],
  ['arithmetic on pointers', 'v3: ptr = add v2, v2\nreturn v0', '@f b0: add: computes on a pointer'],
  ['number of arguments', 'v3: i32 = add v0\nreturn v0', '@f b0: add: 1 arguments, wants 2'],
  ['types of results', 'v3: i64 = trunc v1\nreturn v0', '@f b0: trunc: the result is i64, wants i32'],
  ['missing results', 'add v0, v0\nreturn v0', '@f b0: add: wants a result'],
  ['results of what has none', 'v3: i32 = store.8 v2 + 0, v0\nreturn v0', '@f b0: store.8: has no result'],
  ['widths of loads', 'v3: i32 = load.u64 v2 + 0\nreturn v3', '@f b0: load.u64: a 64-bit load into an i32'],
  ['widths of stores', 'store.64 v2 + 0, v0\nreturn v0', '@f b0: store.64: 64 bits of an i32'],
  [
    'widths of atomics',
    'atomic.add.64 v2 + 0, v0\nreturn v0',
    '@f b0: atomic.add.64: a 64-bit access of an i32',
  ],
  ['constant pointers', 'v3: ptr = const 4\nreturn v0', '@f b0: const: the only constant pointer is 0'],
  ['symbols', 'v3: ptr = mapaddr @nope\nreturn v0', '@f b0: mapaddr: there is no nope'],
  ['slots', 'v3: ptr = slotaddr s7\nreturn v0', '@f b0: slotaddr: there is no s7'],
  ['helpers', 'v3: i64 = helper @nope()\nreturn v0', '@f b0: helper: there is no nope'],
  [
    'helper arity',
    'v3: i64 = helper @ktime_get_ns(v0)\nreturn v0',
    '@f b0: helper: 1 arguments, ktime_get_ns takes 0',
  ],
  ['calls', 'v3: i64 = call @callee(v1)\nreturn v0', '@f b0: call: argument 0 is i64, @callee takes i32'],
  ['call results', 'v3: i32 = call @callee(v0)\nreturn v0', '@f b0: call: @callee gives i64'],
  [
    'aborted',
    'call @callee(v0)\nv3: i32 = const 1\nv4: i32 = aborted\nreturn v0',
    '@f b0: aborted: stands not directly behind a call',
  ],
  ['double definitions', 'v0: i32 = const 1\nreturn v0', '@f b0: v0 is defined twice'],
  ['undefined values', 'return v9', '@f b0: v9 is not defined'],
  [
    'order in a block',
    'v3: i32 = add v4, v4\nv4: i32 = const 1\nreturn v3',
    '@f b0: v4 is used where it is not defined on every path',
  ],
  [
    'dominance',
    'branch v0, b1, b2\nb1:\nv3: i32 = const 1\njump b2\nb2:\nreturn v3',
    '@f b2: v3 is used where it is not defined on every path',
  ],
  ['targets', 'jump b7', '@f b0: there is no b7'],
  ['the entry', 'jump b0', '@f b0: the entry has a predecessor'],
  ['number of edge arguments', 'jump b1\nb1(v3: i32):\nreturn v3', '@f b0: b1 has 1 parameters, gets 0'],
  [
    'types of edge arguments',
    'jump b1(v1)\nb1(v3: i32):\nreturn v3',
    '@f b0: parameter 0 of b1 is i32, gets i64',
  ],
  ['conditions', 'branch v1, b1, b1\nb1:\nreturn v0', '@f b0: the condition of a branch is an i32'],
  ['returned types', 'return v1', '@f b0: returns i64, wants i32'],
  ['missing returns', 'return', '@f b0: returns nothing, wants i32'],
];

test.each(cases)('%s', (_, blocks, problem) => {
  expect(problems(blocks)).toContain(problem);
});

test('a module without a fault', () => {
  expect(problems('v3: i64 = call @callee(v0)\nv4: i32 = aborted\nreturn v4')).toEqual([]);
});

test('ids, slots, programs and names', () => {
  expect(problems('return v0', '@f(v0: i32) -> i32 program @p next v0 b0 s0')).toEqual([
    '@f b0: b0 is not below the next free id',
    '@f: there is no program p',
    '@f b0: v0 is not below the next free id',
  ]);
  expect(problems('return v0', '@callee(v0: i32) -> i32')).toEqual([
    'module: two functions are named callee',
  ]);
});

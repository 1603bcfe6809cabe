import { expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { createMachine, evaluate, type Machine, type Outcome } from './eval.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import type { Module } from './ir.ts';
import { parseModule } from './parse.ts';

function moduleOf(text: string): Module {
  const diagnostics = new Diagnostics();
  const module = parseModule(sourceFile(0, 'x.ir', text), diagnostics);
  expect(diagnostics.list).toEqual([]);
  return module!;
}

function run(
  text: string,
  args: readonly bigint[] = [],
  log: string[] = [],
): { machine: Machine; outcome: Outcome } {
  const machine = createMachine(moduleOf(text), { helpers: testHelpers({ log }), steps: 10_000 });
  return { machine, outcome: evaluate(machine, 'f', args) };
}

const trap = (text: string): string => {
  const { outcome } = run(text);
  return outcome.kind === 'trap' ? `${outcome.pos?.line}:${outcome.message}` : outcome.kind;
};

test('traps are located', () => {
  expect(
    trap(
      'func @f() {\n  slot s0 4 align 4 "x"\nb0:\n  v0: ptr = slotaddr s0\n  v1: i32 = load.u32 v0 + 0 !7:1\n  return\n}\n',
    ),
  ).toBe('7:x + 0 is read before it is written');
  expect(
    trap(
      'func @f() {\n  slot s0 4 align 4\nb0:\n  v0: ptr = slotaddr s0 - 4\n  v1: i32 = load.u32 v0 + 0 !8:1\n  return\n}\n',
    ),
  ).toBe('8:4 bytes at s0 + -4 are outside of its 4');
  expect(trap('func @f() {\nb0:\n  v0: ptr = const 0\n  zero v0, 4 !9:1\n  return\n}\n')).toBe(
    '9:nil is dereferenced',
  );
  expect(trap('func @f() {\nb0:\n  jump b1\nb1:\n  jump b1 !3:1\n}\n')).toBe('3:the step budget is used up');
  expect(trap('func @f() {\nb0:\n  helper @ima_inode_hash() !4:1\n  return\n}\n')).toBe(
    '4:ima_inode_hash is not simulated',
  );
  expect(
    trap('string @s "a"\nfunc @f() {\nb0:\n  v0: ptr = stringaddr @s\n  zero v0, 1 !2:1\n  return\n}\n'),
  ).toBe('2:string s is read-only');
  expect(trap('func @f() {\nb0:\n  unreachable !5:1\n}\n')).toBe('5:control reaches what it cannot reach');
});

test('maps: hash, one-entry array as a direct value, flags and errors', () => {
  const { machine, outcome } = run(
    `map @h hash key 4 value 8 entries 1 flags 0
map @a array key 4 value 4 entries 1 flags 0
func @f(v0: i32, v1: i64) -> i64 {
b0:
  v2: ptr = mapaddr @h
  v3: ptr = byref.32 v0
  v4: ptr = byref.64 v1
  v5: i64 = const 1
  v6: i64 = helper @map_update_elem(v2, v3, v4, v5)
  v7: i64 = helper @map_update_elem(v2, v3, v4, v5)
  v8: ptr = mapvalue @a
  store.32 v8 + 0, v0
  return v7
}
`,
    [5n, 77n],
  );
  expect(outcome).toEqual({ kind: 'return', value: BigInt.asUintN(64, -17n), aborted: false });
  expect(machine.memory.load(machine.maps.get('h')!.lookup(Uint8Array.of(5, 0, 0, 0)), 8)).toBe(77n);
  expect(machine.memory.load(machine.maps.get('a')!.lookup(new Uint8Array(4)), 4)).toBe(5n);
});

test('LRU evicts, a prefix trie finds the longest prefix', () => {
  const machine = createMachine(
    moduleOf(
      'map @l lru_hash key 1 value 1 entries 2 flags 0\nmap @p lpm_trie key 8 value 1 entries 9 flags 1\n',
    ),
  );
  const lru = machine.maps.get('l')!;
  for (const key of [1, 2]) lru.update(Uint8Array.of(key), Uint8Array.of(key), 0n);
  lru.lookup(Uint8Array.of(1));
  lru.update(Uint8Array.of(3), Uint8Array.of(3), 0n);
  expect(lru.keys()).toEqual([Uint8Array.of(1), Uint8Array.of(3)]);
  const trie = machine.maps.get('p')!;
  trie.update(Uint8Array.of(8, 0, 0, 0, 10, 0, 0, 0), Uint8Array.of(1), 0n);
  trie.update(Uint8Array.of(16, 0, 0, 0, 10, 1, 0, 0), Uint8Array.of(2), 0n);
  const find = (...address: number[]) => trie.lookup(Uint8Array.of(32, 0, 0, 0, ...address));
  expect(machine.memory.load(find(10, 1, 2, 3), 1)).toBe(2n);
  expect(machine.memory.load(find(10, 2, 2, 3), 1)).toBe(1n);
  expect(find(11, 1, 2, 3)).toBe(0n);
});

test('aborts: seen by the caller, an entry returns its abort value', () => {
  const text = `program @f section "xdp" abort 3
func @g() {
b0:
  abort
}
func @f() -> i32 program @f {
b0:
  call @g()
  v0: i32 = aborted
  branch v0, b1, b2
b1:
  abort
b2:
  return v0
}
`;
  expect(run(text).outcome).toEqual({ kind: 'return', value: 3n, aborted: true });
  expect(evaluate(createMachine(moduleOf(text)), 'g', [])).toEqual({ kind: 'abort' });
});

test('callbacks, prints, packet pointers in a context', () => {
  const log: string[] = [];
  const machine = createMachine(
    moduleOf(
      `string @fmt "%d %x\\n"
func @step(v0: i32, v1: ptr) -> i64 {
b0:
  v2: ptr = stringaddr @fmt
  v3: i64 = const 7
  v4: i64 = zext v0
  v5: i64 = const 255
  helper @trace_printk(v2, v3, v4, v5)
  v6: i64 = const 0
  return v6
}
func @f(v0: ptr) -> i64 {
b0:
  v1: ptr = funcaddr @step
  v2: i64 = const 2
  v3: i64 = const 0
  helper @ktime_get_ns()
  v4: ptr = load.u32 v0 + 0
  v5: ptr = load.u32 v0 + 4
  v6: i64 = ptrdiff v5, v4
  v8: i64 = helper @loop(v2, v1, v0, v3)
  return v6
}
`.replace('v8: i64 = helper @loop(v2, v1, v0, v3)', 'v8: i64 = kfunc @loop(v2, v1, v0, v3)'),
    ),
    { helpers: testHelpers({ log }), kfuncs: testHelpers({ log }) },
  );
  const packet = machine.memory.allocate('packet', 14);
  const pointers = new Map([
    [0, packet],
    [4, packet + 14n],
  ]);
  const context = machine.memory.allocate('ctx', 8, { pointers });
  expect(evaluate(machine, 'f', [context])).toEqual({ kind: 'return', value: 14n, aborted: false });
  expect(log).toEqual(['0 ff', '1 ff']);
});

test('big-endian memory', () => {
  const machine = createMachine(moduleOf(''), { endian: 'big' });
  const at = machine.memory.allocate('x', 4);
  machine.memory.store(at, 4, 0x01020304n);
  expect([...machine.memory.read(at, 4)]).toEqual([1, 2, 3, 4]);
  expect(machine.memory.load(at + 2n, 2)).toBe(0x0304n);
});

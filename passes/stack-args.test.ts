import { describe, expect, it } from 'vitest';
import { printModule } from '../src/ir/print.ts';
import { unwrittenBytes } from '../src/ir/written-bytes.ts';
import { pointerArgs } from './pointer-args.ts';
import { immediateStores, stringsToStack } from './strings-to-stack.ts';
import { moduleOf, runAll } from './test-support.ts';

const program = (body: string, head = ''): string => `license "GPL"
map @m hash key 8 value 8 entries 10 flags 0
string @hello "Hello world!\\n"
string @world "world!\\n"
string @tiny "a"
${head}program @main section "tracepoint/a/b" abort 0

func @main(v0: ptr) -> i32 program @main {
${body}
}
`;

const lines = (text: string, part: string): number =>
  text.split('\n').filter((line) => line.includes(part)).length;

describe('immediateStores', () => {
  const shape = (text: string, endian: 'little' | 'big' = 'little') =>
    immediateStores(`${text}\0`, endian).map((s) => `${s.bits}@${s.offset}`);

  it('covers hello with four stores', () => {
    expect(shape('Hello world!\n')).toEqual(['32@0', '32@4', '32@8', '16@12']);
  });

  it('uses eight bytes where the upper half is the sign of the lower', () => {
    expect(shape('abc')).toEqual(['32@0']);
    expect(shape('abcd')).toEqual(['64@0']);
    expect(shape('')).toEqual(['8@0']);
    expect(shape('abcdef')).toEqual(['32@0', '32@4']);
  });

  it('writes the same bytes in either byte order', () => {
    for (const endian of ['little', 'big'] as const) {
      for (let length = 0; length < 30; length++) {
        const text = Array.from({ length }, (_, i) => String.fromCharCode(65 + ((i * 37) % 190))).join('');
        const bytes = new Uint8Array(40);
        const view = new DataView(bytes.buffer);
        for (const { offset, bits, value } of immediateStores(`${text}\0`, endian)) {
          expect(BigInt.asIntN(32, value)).toBe(value);
          for (let k = 0; k < bits / 8; k++) {
            const byte = endian === 'little' ? k : bits / 8 - 1 - k;
            view.setUint8(offset + k, Number(BigInt.asUintN(8, value >> BigInt(8 * byte))));
          }
        }
        expect(String.fromCharCode(...bytes.subarray(0, length))).toBe(text);
        expect(bytes[length]).toBe(0);
      }
    }
  });
});

describe('strings-to-stack', () => {
  const twice = program(`b0:
  v1: i64 = const 14
  v2: ptr = stringaddr @hello
  v3: i64 = helper @trace_printk(v2, v1)
  v4: i32 = load.u32 v0 + 0
  branch v4, b1, b2
b1:
  v5: ptr = stringaddr @hello
  v6: i64 = helper @trace_printk(v5, v1)
  v7: i64 = const 8
  v8: ptr = stringaddr @world
  v9: i64 = helper @trace_printk(v8, v7)
  jump b2
b2:
  v10: i32 = const 0
  return v10`);

  it('gives equal strings and endings one slot', () => {
    const out = printModule(runAll(moduleOf(twice), [stringsToStack], { sections: false }));
    expect(lines(out, 'slot s')).toBe(1);
    expect(lines(out, 'store.')).toBe(4);
    expect(out).toMatch(/v8: ptr = slotaddr s0 \+ 6/);
    expect(out).not.toMatch(/stringaddr/);
  });

  it('stores before a loop, not in it', () => {
    const text = program(`b0:
  v1: i32 = const 0
  jump b1(v1)
b1(v2: i32):
  v3: i32 = const 9
  v4: i32 = icmp.ult v2, v3
  branch v4, b2, b3
b2:
  v5: ptr = stringaddr @hello
  v6: i64 = const 14
  v7: i64 = helper @trace_printk(v5, v6)
  v8: i32 = const 1
  v9: i32 = add v2, v8
  jump b1(v9)
b3:
  return v1`);
    const out = printModule(runAll(moduleOf(text), [stringsToStack], { sections: false }));
    expect(out.slice(0, out.indexOf('b1(')).match(/store\./g)?.length).toBe(4);
    expect(lines(out, 'store.')).toBe(4);
  });

  it('puts a short string in .rodata for a helper that wants it constant', () => {
    const text = program(`b0:
  v1: i64 = const 3
  v2: ptr = stringaddr @hi
  v3: i64 = helper @strncmp(v0, v1, v2)
  v4: i32 = const 0
  return v4`).replace('string @hello', 'string @hi "ab"\nstring @hello');
    const out = printModule(runAll(moduleOf(text), [stringsToStack], { sections: true }));
    expect(out).toMatch(/global @.str.hi .rodata size 3/);
    expect(lines(out, 'store.')).toBe(0);
  });

  it('keeps what needs more than one store in .rodata, where there is one', () => {
    const out = printModule(runAll(moduleOf(twice), [stringsToStack], { sections: true }));
    expect(out).toMatch(/global @.str.hello .rodata size 14/);
    expect(lines(out, 'store.')).toBe(0);
  });
});

describe('pointer-args', () => {
  it('makes a cell of a value, and one of two of the same', () => {
    const text = program(`b0:
  v1: i64 = load.u64 v0 + 8
  v2: ptr = mapaddr @m
  v3: ptr = byref.64 v1
  v4: i64 = helper @map_delete_elem(v2, v3)
  v5: ptr = byref.64 v1
  v6: ptr = helper @map_lookup_elem(v2, v5)
  v7: i32 = const 0
  return v7`);
    const out = printModule(runAll(moduleOf(text), [pointerArgs]));
    expect(lines(out, 'slot s')).toBe(1);
    expect(lines(out, 'store.64')).toBe(1);
    expect(out).not.toMatch(/byref/);
  });

  it('zeroes padding that a helper reads, before the loop that fills the key', () => {
    const module = moduleOf(
      program(`  slot s0 8 align 4 "key"
b0:
  v1: i32 = const 0
  jump b1(v1)
b1(v2: i32):
  v3: ptr = slotaddr s0
  store.16 v3 + 0, v2
  store.32 v3 + 4, v2
  v4: ptr = mapaddr @m
  v5: i64 = helper @map_delete_elem(v4, v3)
  v6: i32 = const 1
  v7: i32 = add v2, v6
  v8: i32 = const 9
  v9: i32 = icmp.ult v7, v8
  branch v9, b1(v7), b2
b2:
  return v1`),
    );
    expect([...unwrittenBytes(module.funcs[0]!, module)]).toEqual([[0, [2, 3]]]);
    const done = runAll(module, [pointerArgs]);
    expect(unwrittenBytes(done.funcs[0]!, done).size).toBe(0);
    const out = printModule(done);
    expect(out.slice(0, out.indexOf('b1('))).toMatch(/store.16 v\d+ \+ 2/);
  });

  it('leaves a slot alone that every path fills', () => {
    const module = moduleOf(
      program(`  slot s0 8 align 8 "key"
b0:
  v1: i32 = load.u32 v0 + 0
  v2: ptr = slotaddr s0
  v3: i64 = const 5
  branch v1, b1, b2
b1:
  store.64 v2 + 0, v3
  jump b3
b2:
  store.32 v2 + 4, v1
  store.32 v2 + 0, v1
  jump b3
b3:
  v4: ptr = mapaddr @m
  v5: i64 = helper @map_delete_elem(v4, v2)
  return v1`),
    );
    expect(pointerArgs.run(module, { target: {} as never, diagnostics: {} as never, files: [] })).toBe(
      module,
    );
  });
});

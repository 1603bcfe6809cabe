/** What lowering refuses, with the code of the error; and what it makes of programs, maps and package variables. */

import { describe, expect, test } from 'vitest';
import { createMachine, evaluate } from '../ir/eval.ts';
import { printModule } from '../ir/print.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import { lowerSource, tryLower } from './test-support.ts';

const program = (body: string, declarations = '') =>
  `package main\n\nimport "bpfc/sdk/bpf"\n\n${declarations}\n\nfunc main() {\n${body}\n\tbpf.Printk("")\n}\n`;

function codes(body: string, declarations = ''): readonly string[] {
  return tryLower(program(body, declarations)).codes;
}

describe('errors', () => {
  const rows: readonly (readonly [code: string, body: string, declarations?: string])[] = [
    ['two-regions', 'var a [4]byte; var b [8]byte; s := a[:]; if len(s) > 3 { s = b[:] }; _ = s'],
    [
      'function-value-varies',
      'f := func() int { return 1 }; for i := range 3 { if i > 1 { f = func() int { return 2 } } }; println(f())',
    ],
    ['variable-index', 'for _, s := range [2]string{"x", "yy"} { println(len(s)) }'],
    ['variable-index', 'for _, f := range []func(){func() { println(1) }} { f() }'],
    ['bad-verb', 'var x int32 = -1; bpf.Printk("%x", x)'],
    ['verb-without-argument', 'bpf.Printk("%d %d", 1)'],
    ['argument-without-verb', 'bpf.Printk("%d", 1, 2)'],
    [
      'string-not-constant',
      'f := "%d"; if n() > 1 { f = "%x" }; bpf.Printk(f, 1)',
      'func n() uint32 { return 3 }',
    ],
    [
      'outlives-round',
      'var head *node; for i := range uint32(3) { n := node{i, head}; head = &n }; println(head.v)',
      'type node struct { v uint32; next *node }',
    ],
    ['outlives-round', 'var p *uint32; for i := range 3 { if i == 0 { p = new(uint32) } }; println(*p)'],
    ['unsafe-cast', 'var x uint32; p := unsafe.Pointer(&x); println(*(*uint64)(p))', 'import "unsafe"'],
    ['unknown-attach', '', '//bpf:attach nowhere\nfunc P() int32 { return 0 }'],
  ];
  for (const [code, body, declarations] of rows) {
    test(`${code}: ${body}`, () => {
      expect(codes(body, declarations)).toContain(code);
    });
  }

  test('a pointer that stays inside its round is no error', () => {
    expect(
      codes(
        'var last uint32; for i := range uint32(3) { n := node{i, nil}; p := &n; p.v++; last = p.v }; println(last)',
        'type node struct { v uint32; next *node }',
      ),
    ).toEqual([]);
  });

  test('package variables that change need data sections', () => {
    const text = program('hits++', 'var hits uint64');
    expect(tryLower(text).codes).toEqual([]);
    expect(tryLower(text, { sections: false }).codes).toEqual(['needs-object']);
  });
});

describe('programs', () => {
  function run(
    text: string,
    target = {},
    name = 'main',
  ): { readonly log: readonly string[]; readonly value: bigint | null } {
    const log: string[] = [];
    const machine = createMachine(lowerSource(text, target), {
      helpers: testHelpers({ log, pidTgid: 0x500000007n }),
    });
    const context = machine.memory.allocate('context', new Uint8Array(64));
    const outcome = evaluate(machine, name, [context]);
    if (outcome.kind !== 'return') throw new Error(JSON.stringify(outcome));
    return { log, value: outcome.value };
  }

  test('the seed prints', () => {
    const text =
      'package main\nimport "github.com/miekg/bpf"\nfunc main() { bpf.TracePrintk("Hello world!\\n") }\n';
    expect(run(text, { sections: false })).toEqual({ log: ['Hello world!'], value: 0n });
  });

  test('formats print as Go does', () => {
    const { log } = run(
      program(`
	var a int8 = -3
	var b uint64 = 1 << 63
	var c uint16 = 0xbeef
	ok := a < 0
	bpf.Printk("%d %d %x", a, b, c)
	bpf.Printk("%v %t 100%% %s", ok, !ok, "lit%eral")
	bpf.Printk("%5d|%c|%v", a, 'x', int64(-1))
	println(a, ok, "text", c)
	bpf.Printk("%d %d %d %d", a, a+1, a+2, a+3)`),
    );
    expect(log).toEqual([
      '-3 9223372036854775808 beef',
      'true false 100% lit%eral',
      '   -3|x|-1',
      '-3 true text 48879',
      '-3 -2 -1 0',
      '',
    ]);
  });

  test('maps: keys and values by value', () => {
    const { log } = run(
      program(
        `
	k := Key{A: 1, B: 2}
	counts.Update(k, Val{N: 5}, bpf.Any)
	k.A = 9
	if v := counts.Lookup(Key{B: 2, A: 1}); v != nil {
		v.N += 2
		bpf.Printk("%d", v.N)
	}
	println(counts.Lookup(k) == nil, counts.Delete(k) != 0)
	n := counts.LookupOrInit(k, Val{7, 8})
	if n != nil {
		println(n.N, n.M)
	}
	slots.Update(3, 40, bpf.Any)
	p := slots.Lookup(3)
	println(*p)
	pid, tgid := bpf.CurrentPidTgid()
	println(pid, tgid)`,
        `type Key struct { A uint8; B uint32 }
type Val struct { N uint64; M uint8 }
var counts = bpf.HashMap[Key, Val]{MaxEntries: 16}
var slots = bpf.Array[uint16]{MaxEntries: 4}`,
      ),
    );
    expect(log).toEqual(['7', 'true true', '7 8', '40', '7 5', '']);
  });

  test("Go's own maps", () => {
    const { log } = run(
      program(
        `
	hits[3] = 5
	hits[3]++
	hits[4] += 7
	v, ok := hits[9]
	println(hits[3], hits[4], v, ok)
	delete(hits, 3)
	_, ok = hits[3]
	println(ok)
	boxes[1] = Box{2, 3}
	b := boxes[1]
	println(b.W+boxes[1].H, boxes[7].W)`,
        `type Box struct { W, H uint32 }
//bpf:map hash 16
var hits = map[uint32]uint64{}
//bpf:map hash 16
var boxes = map[uint8]Box{}`,
      ),
    );
    expect(log).toEqual(['6 7 0 false', 'false', '5 0', '']);
  });

  test('an abort returns the abort value; //bpf:panic sets it', () => {
    const text = (panic: string) => `package main
import "bpfc/sdk/bpf"
//bpf:attach xdp
${panic}
func P(ctx *bpf.XDP) bpf.XDPAction {
	var a [4]uint8
	if a[bpf.GetPrandomU32()|4] == 0 {
		return bpf.XDPPass
	}
	return bpf.XDPDrop
}
`;
    expect(run(text('//'), {}, 'P').value).toBe(0n);
    expect(run(text('//bpf:panic 1'), {}, 'P').value).toBe(1n);
  });

  function packet(body: string, bytes: readonly number[]): bigint | null {
    const text = `package main
import "bpfc/sdk/bpf"
type Head struct { Kind uint8; Port bpf.Be16 }
//bpf:attach xdp
func P(ctx *bpf.XDP) bpf.XDPAction {
${body}
}
`;
    const machine = createMachine(lowerSource(text), { helpers: testHelpers({ log: [] }) });
    const data = machine.memory.allocate('packet', Uint8Array.from(bytes));
    const pointers = new Map([
      [0, data],
      [4, data + BigInt(bytes.length)],
    ]);
    const context = machine.memory.allocate('context', new Uint8Array(24).fill(3, 12, 13), { pointers });
    const outcome = evaluate(machine, 'P', [context]);
    if (outcome.kind !== 'return') throw new Error(JSON.stringify(outcome));
    return outcome.value;
  }

  test('packets: pointers are nil and indexes abort beyond the end', () => {
    const bytes = [1, 0, 0x12, 0x34, 5, 6];
    const at = (off: number) =>
      `h := bpf.At[Head](ctx, ${off}); if h == nil { return 99 }; return bpf.XDPAction(h.Port.Host()) + bpf.XDPAction(h.Kind)`;
    expect(packet(at(0), bytes)).toBe(0x1235n);
    expect(packet(at(2), bytes)).toBe(0x0506n + 0x12n);
    expect(packet(at(3), bytes)).toBe(99n);
    const sum = 's := bpf.XDPAction(0); for _, b := range ctx.Packet() { s += bpf.XDPAction(b) }; return s';
    expect(packet(sum, bytes)).toBe(1n + 0x12n + 0x34n + 11n);
    const index = (i: string) =>
      `b := ctx.Packet()[1:]; i := ctx.IngressIfindex; return bpf.XDPAction(b[${i}])`;
    expect(packet(index('i'), bytes)).toBe(5n);
    expect(packet(index('i+2'), bytes)).toBe(0n);
    expect(packet('bpf.At[Head](ctx, 0).Kind = 9; return bpf.XDPAction(len(ctx.Packet()))', bytes)).toBe(6n);
  });

  test('bpf.Loop runs its body until it says false', () => {
    const body = `n := bpf.XDPAction(0)
	r := bpf.Loop(10, func(i uint32) bool { n += bpf.XDPAction(i); return i < 4 })
	return n*100 + bpf.XDPAction(r)`;
    expect(packet(body, [0])).toBe(1005n);
  });

  test('package variables and their initial values', () => {
    const declarations = `
type Conf struct { A uint8; B [2]uint32 }
var table = [4]uint16{1, 2, 3, 500}
var conf = Conf{A: 7, B: [2]uint32{8, 9}}
var count uint32`;
    const body = 'count += uint32(table[3]); println(count, conf.B[1], conf.A)';
    expect(run(program(body, declarations)).log).toEqual(['500 9 7', '']);
    const readOnly = 'println(table[3], conf.B[1], conf.A)';
    expect(run(program(readOnly, declarations), { sections: false }).log).toEqual(['500 9 7', '']);
  });

  test('big endian data', () => {
    const module = lowerSource(program('println(word)', 'var word uint32 = 0x01020304'), { endian: 'big' });
    expect([...(module.globals.find((g) => g.name === 'word')?.init ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test('a chain of 20000 operands needs no stack', () => {
    const sum = Array.from({ length: 20_000 }, () => 'x').join(' +\n');
    expect(run(program(`x := bpf.GetPrandomU32(); x = 1; println(${sum})`)).log).toEqual(['20000', '']);
  });

  test('the module prints', () => {
    expect(printModule(lowerSource(program('println(1)')))).toContain('helper @trace_printk');
  });
});

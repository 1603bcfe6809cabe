import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const source = `package p

import "bpfc/sdk/bpf"

//bpf:config
var Limit uint32 = 9

var Seen uint64
var Hits = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	b := bpf.At[uint8](ctx, 0)
	if b == nil {
		return bpf.XDPDrop
	}
	Seen++
	*b += 1
	if n := Hits.Lookup(7); n != nil {
		*n += 1
	}
	bpf.TracePrintk("seen\\n")
	if uint32(*b) > Limit {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`;

test('packets, maps, variables and printed lines', () => {
  const program = createProgram(source, { variables: { Limit: 20 } });
  program.fill('Hits', { 7: 41 });
  const { result, packet } = program.run({ packet: '05 00:00' });
  expect([result, packet]).toEqual([2, Uint8Array.of(6, 0, 0)]);
  expect(program.run({ packet: Uint8Array.of(99) }).result).toBe(1);
  expect(program.run({ packet: '' }).result).toBe(1);
  expect(program.map('Hits')).toEqual([{ key: 7, value: 43 }]);
  expect(program.variable('Seen')).toBe(2);
  expect(program.printed()).toEqual(['seen', 'seen']);
});

test('what is wrong is thrown', () => {
  expect(() => createProgram('package p\nfunc f() { x }')).toThrow('undefined: x');
  const program = createProgram(source);
  expect(() => program.map('Hit')).toThrow('no map Hit; there are Hits');
  expect(() => program.fill('Hits', { 7: -1 })).toThrow('is not within 0 to');
  expect(() => program.run({ packet: 'xyz' })).toThrow('hexadecimal');
  expect(() => program.run({ program: 'Nope' })).toThrow('no program Nope');
});

test('the examples', () => {
  const hello = createProgram(readFileSync('examples/hello.go', 'utf8'));
  expect(hello.run().result).toBe(0);
  expect(hello.printed()).toEqual(['Hello world!']);
});

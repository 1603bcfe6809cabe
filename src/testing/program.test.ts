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

const sender = `package p

import "bpfc/sdk/bpf"

type Event struct {
	Port uint32
	Seen uint32
}

var Events = bpf.RingBuf[Event]{Size: 4096}

//bpf:attach xdp
func Send(ctx *bpf.XDP) bpf.XDPAction {
	if e := Events.Reserve(); e != nil {
		e.Port = 53
		e.Seen = 1
		Events.Submit(e)
	}
	return bpf.XDPPass
}
`;

test('events, typed; room comes back when they are taken', () => {
  const program = createProgram(sender);
  for (let i = 0; i < 300; i++) program.run();
  const events = program.events();
  expect(events.length).toBe(255);
  expect(events[0]).toEqual({ map: 'Events', value: { Port: 53, Seen: 1 } });
  program.run();
  expect(program.events().length).toBe(1);
});

test('single steps', () => {
  const program = createProgram(sender);
  const steps = [...program.steps()];
  expect(steps[0]).toMatchObject({ func: 'Send', depth: 0, place: { file: 'program.go', line: 14 } });
  expect(steps.map((step) => step.instruction)).toContain('exit r0');
  expect(steps.at(-1)?.registers[0]).toBe(2n);
});

/** Law 6 where a pass fails it: bound-offsets does nothing here, and value numbering takes the bound from an index. */

import { expect, test, vi } from 'vitest';
import type { CompileOptions } from '../src/compile.ts';
import type { Module } from '../src/ir/ir.ts';

vi.mock('../passes/bound-offsets.ts', () => ({
  boundOffsets: {
    name: 'bound-offsets',
    doc: 'does nothing',
    from: 'ssa',
    to: 'ssa',
    run: (module: Module) => module,
  },
}));

const { compile } = await import('../src/compile.ts');
const { reachableFuncs } = await import('../src/bpf/encode.ts');
const { predict } = await import('../src/verify/walk.ts');
const { allPasses } = await import('./pass-choices.ts');

const text = `package p

type Args struct{ A, B, Result uint64 }

var table [5]uint16

//bpf:attach syscall
func Main(ctx *Args) int32 {
	x := ctx.A
	ctx.B = x << 1
	ctx.Result = uint64(table[x])
	return 0
}
`;

function unbounded(text: string, options: Partial<CompileOptions>): number | null {
  const { machine } = compile({
    files: [{ name: 'p.go', text }],
    options: { emit: 'object', targetKernel: '6.1', ...options },
  });
  return machine === null ? null : predict(reachableFuncs(machine, 'Main'), { big: false }).unbounded.size;
}

test('code that lost a bound gives way to code that has it', () => {
  expect(unbounded(text, { restoreProofs: false })).toBe(1);
  expect(unbounded(text, {})).toBe(0);
  expect(unbounded(text, { passes: allPasses })).toBe(0);
});

const outlined = `package p

type Args struct{ A, B, Result uint64 }

var table [3]byte

//bpf:attach syscall
func Main(ctx *Args) int32 {
	h := ctx.A
	for i := range table {
		for j := range 5 {
			if table[i] == 227 {
				break
			}
			h = h*31 + uint64(6<<table[1]) + uint64(j)
		}
	}
	for range table {
		switch {
		case (h > 18014398509481984) == (h <= 18446744073709551613) || ctx.B <= 9:
			continue
		}
		h++
	}
	ctx.Result = h
	return 0
}
`;

test('an index that is certain in Go is checked where the verifier loses sight of it', () => {
  for (const optimize of ['0', '2', 's'] as const) expect(unbounded(outlined, { optimize })).toBe(0);
});

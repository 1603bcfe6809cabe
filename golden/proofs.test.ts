/** Law 6 where a pass fails it: bound-offsets does nothing here, and value numbering takes the bound from an index. */

import { expect, test, vi } from 'vitest';
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

function unbounded(passes: readonly string[] | null): number | null {
  const { machine } = compile({
    files: [{ name: 'p.go', text }],
    options: { emit: 'asm', targetKernel: '6.1', passes },
  });
  return machine === null ? null : predict(reachableFuncs(machine, 'Main'), { big: false }).unbounded.size;
}

test('code that lost a bound gives way to code that has it', () => {
  expect(unbounded(allPasses)).toBe(1);
  expect(unbounded(null)).toBe(0);
});

import { expect, test } from 'vitest';
import { compile } from '../src/compile.ts';

const source = (body: string): string => `package p

type Args struct{ A, B, Result uint64 }

var table = [8]uint64{1, 2, 3, 4, 5, 6, 7, 8}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	n := ctx.A
${body}
	ctx.Result = n
	return 0
}
`;

const compiled = (body: string, targetKernel: string) =>
  compile({
    files: [{ name: 'p.go', text: source(body) }],
    options: { emit: 'asm', targetKernel, paranoid: true },
  });

const codes = (result: ReturnType<typeof compile>): readonly string[] =>
  result.diagnostics.map((d) => d.code);
const functions = (result: ReturnType<typeof compile>): readonly string[] =>
  result.machine?.funcs.map((f) => f.name) ?? [];

const shrinking = '\tfor n > 1 {\n\t\tn = n/2 + n%7\n\t}';

test('a loop without bound is a function for bpf_loop from 5.17 on, an error before', () => {
  expect(functions(compiled(shrinking, '5.17'))).toEqual(['Main', 'Main.loop1']);
  expect(codes(compiled(shrinking, '5.15'))).toEqual(['unbounded-loop']);
});

test('a loop that the verifier walks stays a loop', () => {
  const counted = '\tfor i := range uint64(100) {\n\t\tn += i ^ ctx.B\n\t}';
  expect(functions(compiled(counted, '6.1'))).toEqual(['Main']);
});

test('a loop with no way out ends at the kernel’s cap', () => {
  const endless = '\tfor {\n\t\tctx.Result++\n\t\tif ctx.B == 0 {\n\t\t\tn++\n\t\t}\n\t}';
  const text = source(endless).replace('\tctx.Result = n\n\treturn 0\n', '');
  const result = compile({ files: [{ name: 'p.go', text }], options: { emit: 'asm', targetKernel: '6.1' } });
  expect(functions(result)).toEqual(['Main', 'Main.loop1']);
});

test('a constant of the loop that bounds an index behind it is no word of the loop', () => {
  const body = '\tfor n&7 != 3 {\n\t\tn = n/2 + ctx.A\n\t}\n\tn = table[ctx.B&7]';
  const [main] = compiled(body, '6.1').machine?.funcs ?? [];
  const masks = main?.blocks.flatMap((b) => b.body).filter((i) => i.op.startsWith('and')) ?? [];
  expect(masks.map((i) => `${i.op} ${i.imm}`)).toEqual(['and64_imm 7']);
});

test('without bpf_loop the verifier takes rounds that differ only in numbers for one: both ways through 2000 rounds', () => {
  const steps =
    '\tsteps := uint64(0)\n\tfor steps < 2000 && n != 1 {\n\t\tif n%2 == 0 {\n\t\t\tn /= 2\n\t\t} else {\n\t\t\tn = 3*n + 1\n\t\t}\n\t\tsteps++\n\t}';
  for (const optimize of ['2'] as const) {
    const text = source(steps);
    const result = compile({
      files: [{ name: 'p.go', text }],
      options: { emit: 'asm', optimize, targetKernel: '5.15', paranoid: true },
    });
    expect(codes(result)).toEqual([]);
    expect(functions(result)).toEqual(['Main']);
    expect(result.artifact).toMatch(/lock \*\(u64 \*\)\(r10 - \d+\) \+= /);
  }
});

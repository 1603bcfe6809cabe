/**
 * Large programs through the whole compiler: 5,000 statements, expressions of 100,000 terms, nesting 1,000 deep. Time
 * grows about as the program does (measured as processor time, since tests share the machine); what nests deeper is a
 * located error in every stage and never a stack overflow.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { compile } from '../src/compile.ts';

const times = (n: number, part: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => part(i)).join('');

const program = (body: string, declarations = ''): string => `package main

type Args struct{ A, B, Result uint64 }
${declarations}
//bpf:attach syscall
func Main(ctx *Args) int32 {
${body}
	return 0
}
`;

const addOne = 'func f(a uint64) uint64 { return a + 1 }\n';

/** By the number of statements, terms or cases. */
const long: Readonly<Record<string, (n: number) => string>> = {
  statements: (n) =>
    program(`\tx := ctx.A\n${times(n, (i) => `\tx = x*${(i % 7) + 3} + ctx.B\n`)}\tctx.Result = x\n`),
  variables: (n) => program(times(n, (i) => `\tv${i} := ctx.A + ${i}\n\tctx.Result += v${i}\n`)),
  conditions: (n) =>
    program(`\tx := ctx.A\n${times(n, (i) => `\tif x > ${i} {\n\t\tx += ctx.B\n\t}\n`)}\tctx.Result = x\n`),
  calls: (n) => program(`\tx := ctx.A\n${times(n, () => '\tx = f(x)\n')}\tctx.Result = x\n`, addOne),
  'else if': (n) =>
    program(
      `\tx := ctx.A\n\t${times(n, (i) => `if x == ${i} { ctx.Result = ${i * 3} } else `)}{ ctx.Result = 1 }\n`,
    ),
  switch: (n) =>
    program(`\tswitch ctx.A {\n${times(n, (i) => `\tcase ${i}:\n\t\tctx.Result = ${(i * 7) % 13}\n`)}\t}\n`),
};

const deep: Readonly<Record<string, (n: number) => string>> = {
  parentheses: (n) => program(`\tctx.Result = ${'('.repeat(n)}ctx.A${')'.repeat(n)}`),
  sums: (n) => program(`\tctx.Result = ${'(ctx.B + '.repeat(n)}ctx.A${')'.repeat(n)}`),
  blocks: (n) => program(`${'{\n'.repeat(n)}ctx.Result++\n${'}\n'.repeat(n)}`),
  ifs: (n) => program(`${times(n, (i) => `if ctx.A > ${i} {\n`)}ctx.Result++\n${'}\n'.repeat(n)}`),
  calls: (n) => program(`\tctx.Result = ${'f('.repeat(n)}ctx.A${')'.repeat(n)}`, addOne),
  selectors: (n) =>
    program(
      `\tvar v T0\n\tv${'.f'.repeat(n)} = uint8(ctx.A)\n\tctx.Result = uint64(v${'.f'.repeat(n)})`,
      times(n, (i) => `type T${i} struct{ f ${i === n - 1 ? 'uint8' : `T${i + 1}`} }\n`),
    ),
  operators: (n) => program(`\tctx.Result = ${'^'.repeat(n)}ctx.A`),
};

/** Seconds of processor time; the program has to compile. */
function cost(text: string): number {
  const from = process.cpuUsage();
  const { diagnostics, artifact } = compile({ files: [{ name: 'x.go', text }], options: { emit: 'asm' } });
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  expect(artifact).not.toBeNull();
  return process.cpuUsage(from).user / 1e6;
}

describe('long programs', () => {
  cost(long.statements?.(500) ?? '');
  test.each(Object.entries(long))(
    '%s',
    (name, make) => {
      const size = name === 'statements' ? 5000 : 2000;
      const small = cost(make(size / 4));
      expect(cost(make(size))).toBeLessThan(4 * small * 2.5 + 0.3);
    },
    120_000,
  );

  test('an expression of 100,000 terms', () => {
    const sum = (n: number): string => program(`\tctx.Result = ${'ctx.A + '.repeat(n)}1`);
    const small = cost(sum(10_000));
    expect(cost(sum(100_000))).toBeLessThan(10 * small * 2.5 + 0.5);
  }, 240_000);
});

describe('deep programs', () => {
  test('nested 1,000 deep they compile with the command', async () => {
    const folder = mkdtempSync(join(process.cwd(), 'node_modules/.bpfc-deep-'));
    try {
      const bin = join(folder, 'bpfc.mjs');
      await build({
        entryPoints: ['src/cli/main.ts'],
        outfile: bin,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        packages: 'external',
        logLevel: 'error',
      });
      const wrong = Object.entries(deep).flatMap(([name, make]) => {
        const path = join(folder, `${name}.go`);
        writeFileSync(path, make(1000));
        const command = [bin, path, '--emit', 'asm', '-o', `${path}.s`];
        const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
        return status === 0 ? [] : [`${name}: ${status} ${stderr.slice(0, 500)}`];
      });
      expect(wrong).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test.each(Object.entries(deep))(
    '%s, deeper and deeper: compiled or a located error',
    (_, make) => {
      for (const n of [1000, 5000]) {
        if (n > 1000 && make === deep.selectors) continue;
        const { artifact, diagnostics } = compile({
          files: [{ name: 'x.go', text: make(n) }],
          options: { emit: 'asm' },
        });
        const errors = diagnostics.filter((d) => d.severity === 'error');
        expect(errors.map((d) => d.code)).toEqual(artifact === null ? ['nesting-too-deep'] : []);
        expect(errors.every((d) => d.span !== null)).toBe(true);
      }
    },
    60_000,
  );
});

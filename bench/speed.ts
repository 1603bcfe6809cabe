/**
 * How fast the compiler is: programs of the suite per second in process, and how time grows with a function's size.
 *
 *     npx tsx bench/speed.ts
 */

import { gather } from '../src/cli/sources.ts';
import { compile } from '../src/compile.ts';
import { existsSync } from 'node:fs';
import { programFolder } from './compilers.ts';
import { suite } from './suite.ts';

const sources = suite
  .map(({ name }) => `${programFolder}/${name}.go`)
  .filter((path) => existsSync(path))
  .map((path) => gather([path]));

function rate(seconds: number): number {
  const from = performance.now();
  let count = 0;
  while (performance.now() - from < seconds * 1000) {
    for (const source of sources) compile({ ...source, options: { emit: 'object' } });
    count += sources.length;
  }
  return count / ((performance.now() - from) / 1000);
}

/** A program of about 8 slots a line. */
function generated(lines: number): string {
  const body = Array.from({ length: lines }, (_, k) => `\tx = x*${(k % 97) + 3} + uint64(ctx.A)>>${k % 31}`);
  const head = ['package p', 'type Args struct{ A, B uint64 }', '//bpf:attach syscall'];
  return [
    ...head,
    'func Main(ctx *Args) int32 {',
    '\tx := ctx.B',
    ...body,
    '\treturn int32(x)',
    '}',
    '',
  ].join('\n');
}

rate(2);
process.stdout.write(`${Math.round(rate(4))} programs/s\n`);
let last: { readonly lines: number; readonly ms: number } | null = null;
for (const lines of [250, 1000, 4000, 16000]) {
  const source = { files: [{ name: 'p.go', text: generated(lines) }] };
  const from = performance.now();
  const result = compile({ ...source, options: { emit: 'object' } });
  const ms = performance.now() - from;
  const slowest = [...(result.reached?.timings ?? [])].sort((a, b) => b.ms - a.ms).slice(0, 3);
  const exponent =
    last === null ? '' : `, exponent ${(Math.log(ms / last.ms) / Math.log(lines / last.lines)).toFixed(2)}`;
  const names = slowest.map((t) => `${t.pass} ${t.ms.toFixed(0)}`).join(', ');
  process.stdout.write(`${lines} lines: ${ms.toFixed(0)} ms${exponent} (${names})\n`);
  last = { lines, ms };
}

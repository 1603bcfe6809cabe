/**
 * The long comparison of the Go and C versions: many random inputs per program, in rounds with maps filled anew.
 *
 *     npx tsx bench/campaign.ts                        # 100,000 inputs per program, written to equivalence.json
 *     npx tsx bench/campaign.ts --count 2000 xdp2      # a short run of one program; writes nothing
 *
 * Rounds alternate between -O2 and -Os and the instruction sets. Fails with the first input that differs.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { CompileOptions } from '../src/compile.ts';
import { openSystem } from '../src/kernel/system.ts';
import { differences } from './equivalence.ts';
import { suite } from './suite.ts';

const { values, positionals } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, round: { type: 'string', default: '2500' } },
  allowPositionals: true,
});

const variants: readonly Partial<CompileOptions>[] = [
  { optimize: '2' },
  { optimize: 's' },
  { optimize: '2', cpu: 'v1' },
  { optimize: 's', cpu: 'v4' },
];

const probe = await openSystem();
if (!probe.available) throw new Error(`the comparison runs in the kernel: ${probe.why}`);
const count = Number(values.count);
const size = Math.min(count, Number(values.round));
const names = suite
  .map((row) => row.name)
  .filter((name) => positionals.length === 0 || positionals.includes(name));
const agreed: Record<string, number> = {};
let failed = false;
for (const name of names) {
  const from = performance.now();
  let problems: readonly string[] = [];
  let done = 0;
  for (let round = 0; done < count && problems.length === 0; round++, done += size)
    problems = differences(probe.system, name, variants[round % variants.length] ?? {}, size, round + 1);
  failed ||= problems.length > 0;
  agreed[name] = done;
  const verdict = problems.length === 0 ? `${done} inputs agree` : problems.join('\n');
  process.stdout.write(`${name}: ${verdict} (${((performance.now() - from) / 1000).toFixed(1)} s)\n`);
}
const ledger = 'bench/equivalence.json';
if (!failed && count >= 100_000) {
  const old = existsSync(ledger) ? (JSON.parse(readFileSync(ledger, 'utf8')) as Record<string, number>) : {};
  writeFileSync(ledger, `${JSON.stringify({ ...old, ...agreed }, null, 1)}\n`);
}
process.exitCode = failed ? 1 : 0;

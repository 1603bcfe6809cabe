/**
 * What the verifier's prediction says of many programs, a line each, to compare before and after a change of src/verify
 * that must not change its answers; and how long predicting takes.
 *
 *     npx tsx bench/predictions.ts --write before.txt        golden programs, examples, 300 random programs
 *     npx tsx bench/predictions.ts --against before.txt      exit status 1 at the first line that differs
 *
 * A line has the verdict, the instructions and states counted, and fingerprints of how often each was walked.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goldenPrograms, languagePrograms, levels } from '../golden/compiled.ts';
import { reachableFuncs } from '../src/bpf/encode.ts';
import type { MFunc, PReg } from '../src/bpf/minst.ts';
import { type CompileInput, type CompileOptions, compile } from '../src/compile.ts';
import { type Prediction, predict } from '../src/verify/walk.ts';
import { prepare } from './fuzz/batch.ts';
import { goFile } from './fuzz/text.ts';

interface Subject {
  readonly id: string;
  readonly funcs: readonly MFunc<PReg>[];
}

/** The programs of one source, as the last check gets them. */
function subjectsOf(id: string, source: CompileInput, options: Partial<CompileOptions>): readonly Subject[] {
  const { reached } = compile({ ...source, options: { emit: 'object', ...options, stopAfter: 'layout' } });
  if (reached?.form !== 'code') return [];
  const code = reached.value;
  return code.module.programs.map(({ name }) => ({ id: `${id} ${name}`, funcs: reachableFuncs(code, name) }));
}

function* subjects(seeds: number): Generator<Subject> {
  for (const { path, source } of [...goldenPrograms(), ...languagePrograms()])
    for (const optimize of levels) yield* subjectsOf(`${path} -O${optimize}`, source, { optimize });
  for (let seed = 0; seed < seeds; seed++) {
    const { generated, combination } = prepare(seed);
    const text = goFile(generated.tree, '');
    yield* subjectsOf(`seed ${seed}`, { files: [{ name: 'p.go', text }] }, combination);
  }
}

const fingerprint = (data: Int32Array | Uint8Array): string =>
  createHash('sha1').update(data).digest('hex').slice(0, 12);

function describe(id: string, p: Prediction): string {
  const unbounded = [...p.unbounded].join(' ');
  return `${id}: ${p.verdict}, ${p.processed} in ${p.states} states, ${fingerprint(p.visits)} ${fingerprint(p.decided)} [${unbounded}]`;
}

const { values } = parseArgs({
  options: {
    write: { type: 'string' },
    against: { type: 'string' },
    seeds: { type: 'string', default: '300' },
    times: { type: 'string', default: '3' },
  },
});

const all = [...subjects(Number(values.seeds))];
const lines = all.map(({ id, funcs }) => describe(id, predict(funcs, { big: false, limit: 500_000 })));
const before =
  values.against === undefined ? null : readFileSync(values.against, 'utf8').trimEnd().split('\n');
if (values.write !== undefined) writeFileSync(values.write, `${lines.join('\n')}\n`);
const differing = before === null ? [] : lines.filter((line, i) => line !== before[i]);
for (const line of differing.slice(0, 10)) process.stdout.write(`${line}\n`);
if (before !== null) process.stdout.write(`${lines.length} predictions, ${differing.length} differ\n`);
if (differing.length > 0 || (before !== null && before.length !== lines.length)) process.exitCode = 1;

for (const [name, list] of [
  ['golden programs', all.filter(({ id }) => !id.startsWith('seed'))],
  ['random programs', all.filter(({ id }) => id.startsWith('seed'))],
] as const) {
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < Number(values.times); n++) {
    const from = performance.now();
    for (const { funcs } of list) predict(funcs, { big: false, limit: 500_000 });
    shortest = Math.min(shortest, performance.now() - from);
  }
  process.stdout.write(`${list.length} ${name} in ${shortest.toFixed(0)} ms\n`);
}

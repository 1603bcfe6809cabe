/**
 * Runs the tests against wrong compilers (bench/mutants/mutants.ts), each a copy of the sources with one line changed.
 *
 *     npm run mutants [-- WORD...]        all, or those in files whose path has one of the words
 *
 * A mutant is killed when its tests fail, or hang for five minutes. Fails when fewer than 95 % are, or one no longer
 * fits its file.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mutant, mutants } from '../bench/mutants/mutants.ts';

const secondsPerMutant = 300;
const goal = 0.95;
const skipped = new Set(['.git', 'node_modules', 'dist']);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function scratchCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-mutants-'));
  cpSync('.', folder, { recursive: true, filter: (path) => !skipped.has(path) });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

type Verdict = 'killed' | 'hung' | 'survived' | 'does not fit';

function judgement(folder: string, tests: readonly string[]): Verdict {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'run', '--bail', '1', ...tests], {
    cwd: folder,
    stdio: 'ignore',
    timeout: secondsPerMutant * 1000,
  });
  if (run.status === 0) return 'survived';
  return run.status === null ? 'hung' : 'killed';
}

function judge(folder: string, { file, before, after, tests }: Mutant): Verdict {
  const path = join(folder, file);
  const original = readFileSync(path, 'utf8');
  if (original.split(before).length !== 2) return 'does not fit';
  writeFileSync(
    path,
    original.replace(before, () => after),
  );
  try {
    return judgement(folder, tests);
  } finally {
    writeFileSync(path, original);
  }
}

const words = process.argv.slice(2);
const chosen = mutants.filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word)));
const folder = scratchCopy();
const counts: Record<Verdict, number> = { killed: 0, hung: 0, survived: 0, 'does not fit': 0 };
try {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
  if (judgement(folder, tests) !== 'survived') throw new Error('the tests fail without a mutant');
  for (const mutant of chosen) {
    const verdict = judge(folder, mutant);
    counts[verdict]++;
    say(`${verdict.padEnd(12)} ${mutant.file}: ${mutant.before}  →  ${mutant.after}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const killed = counts.killed + counts.hung;
const share = killed / Math.max(1, chosen.length);
say(`${killed} of ${chosen.length} killed (${(share * 100).toFixed(1)} %)`);
process.exitCode = share >= goal && counts['does not fit'] === 0 ? 0 : 1;

/**
 * The public bpf_conformance suite in the embedded machine. The suite is not part of this repository: name a clone
 * (bare or not) of github.com/Alan-Jowett/bpf_conformance. What is refused is what the kernel refuses too: shifts by more
 * than the width, and calls through a register.
 *
 *     npm run conformance -- ../bpf_conformance      tests: 300 of 313 passed, 13 refused, 0 failed
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { type CaseResult, readCase, runCase } from './case.ts';

const [clone] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
}

function runAll(folder: string, under: string): number {
  const paths = git(folder, 'ls-tree', '--name-only', 'HEAD', `${under}/`)
    .split('\n')
    .filter((path) => path.endsWith('.data'));
  const count: Record<CaseResult['kind'], number> = { passed: 0, refused: 0, failed: 0 };
  for (const path of paths) {
    const found = readCase(path, git(folder, 'show', `HEAD:${path}`));
    if (found === null) continue;
    const result = runCase(found);
    count[result.kind]++;
    if (result.kind !== 'passed') say(`${path}: ${result.kind}: ${result.why}`);
  }
  const all = count.passed + count.refused + count.failed;
  say(`${under}: ${count.passed} of ${all} passed, ${count.refused} refused, ${count.failed} failed`);
  return count.failed;
}

const isClone = (folder: string): boolean =>
  spawnSync('git', ['-C', folder, 'rev-parse', 'HEAD']).status === 0;

if (clone === undefined || !isClone(clone)) {
  process.stderr.write('usage: npm run conformance -- CLONE, a git clone of bpf_conformance\n');
  process.exitCode = 2;
} else if (runAll(clone, 'tests') > 0) process.exitCode = 1;

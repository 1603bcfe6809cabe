/**
 * Campaigns of random programs: native Go, the SSA evaluator, the embedded machine and the kernel must agree, also on
 * the same programs without an optional pass or with passes in another order.
 *
 *     npm run fuzz -- --seed 0 --count 100000 [--jobs 2]     what the ledger has is left out: an interrupted campaign goes on
 *     npm run fuzz -- --seed 0 --count 400 --no-ledger       as in CI: nothing is recorded, a failure is exit status 1
 *     npm run fuzz -- --reduce 1234                          the failure of one seed, reduced to a few lines
 *     npm run fuzz -- --again                                the seeds that have failed, once more
 */

import { execFileSync, fork } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BatchResult } from './batch.ts';
import {
  emptyLedger,
  type Ledger,
  missing,
  neverApplied,
  neverMade,
  readLedger,
  recorded,
  withBatch,
  writeLedger,
} from './ledger.ts';
import type { Answer, Task } from './worker.ts';

const ledgerPath = 'bench/fuzz/ledger.json';
const batchSize = 250;
/** Below node_modules, where the worker finds what is not bundled. */
const workerPath = `node_modules/.cache/bpfc-fuzz/worker-${process.pid}.mjs`;

const lockPath = `${ledgerPath}.lock`;

/** Does a process run that holds the lock? One that was killed left it behind. */
function lockedBy(): number | null {
  try {
    const pid = Number(readFileSync(lockPath, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

/** Runs what writes the ledger: of two at once, each would overwrite what the other found. */
async function alone(run: () => Promise<boolean>): Promise<boolean> {
  const other = lockedBy();
  if (other !== null) {
    say(`process ${other} is writing ${ledgerPath}: wait for it, or use --no-ledger`);
    return false;
  }
  writeFileSync(lockPath, `${process.pid}`);
  try {
    return await run();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function buildWorker(): Promise<void> {
  await build({
    entryPoints: ['bench/fuzz/worker.ts'],
    outfile: workerPath,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    keepNames: false,
    logLevel: 'warning',
  });
}

/** Has the tasks done by so many processes; an answer is handled as it comes. */
async function run(tasks: readonly Task[], jobs: number, handle: (answer: Answer) => void): Promise<void> {
  await buildWorker();
  const waiting = [...tasks];
  const worker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(workerPath, { execArgv: ['--max-semi-space-size=64'] });
      const next = (): void => {
        const task = waiting.shift();
        if (task === undefined) child.kill();
        else child.send(task);
      };
      child.on('message', (answer: Answer) => {
        handle(answer);
        next();
      });
      child.on('exit', (code, signal) => {
        if (code === 0 || signal === 'SIGTERM') resolve();
        else reject(new Error(`a worker ended with ${code ?? signal}`));
      });
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, worker));
  } finally {
    rmSync(workerPath, { force: true });
  }
}

function describe({ failures }: BatchResult): void {
  for (const { seed, combination, variant, kind, signature, detail } of failures)
    say(
      `seed ${seed} ${combination}${variant === null ? '' : ` ${variant}`}: ${kind}: ${signature}\n    ${detail.split('\n').slice(0, 6).join('\n    ')}`,
    );
}

/** The version that runs; a mark behind it tells of changes that are not committed. */
function version(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git(
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--',
    'src',
    'passes',
    'grammar',
    'bench/fuzz',
  );
  const others = changed.split('\n').filter((line) => line !== '' && !line.endsWith(ledgerPath));
  return `${git('rev-parse', '--short', 'HEAD')}${others.length > 0 ? '+' : ''}`;
}

async function campaign(seed: number, count: number, jobs: number, kept: boolean): Promise<boolean> {
  const commit = version();
  let ledger: Ledger = kept ? readLedger(ledgerPath) : emptyLedger;
  const pieces = missing(ledger, seed, seed + count, Math.min(batchSize, Math.ceil(count / jobs)));
  const start = performance.now();
  let programs = 0;
  let failed = 0;
  const tasks = pieces.map((piece): Task => ({ kind: 'batch', ...piece }));
  await run(tasks, jobs, (answer) => {
    if (answer.kind !== 'batch') return;
    const { result } = answer;
    ledger = withBatch(ledger, result, commit);
    if (kept) writeLedger(ledgerPath, ledger);
    programs += result.count;
    failed += result.failures.length;
    describe(result);
    const each = (performance.now() - start) / programs;
    say(
      `${result.from} to ${result.from + result.count}: ${programs} programs, ${failed} failed, ${each.toFixed(0)} ms each`,
    );
  });
  say(
    `${ledger.programs} programs of ${ledger.runs} runs in all, ${ledger.overLimit} over a limit, ${ledger.failures.length} failed`,
  );
  const never = neverMade(ledger);
  if (never.length > 0) say(`constructs that never came: ${never.join(', ')}`);
  const unapplied = neverApplied(ledger);
  if (unapplied.length > 0) say(`rules that were never applied: ${unapplied.join(', ')}`);
  return failed === 0;
}

/** Runs failed seeds again and forgets those that pass. */
async function again(): Promise<boolean> {
  const ledger = readLedger(ledgerPath);
  const seeds = [...new Set(ledger.failures.map(({ seed }) => seed))];
  const failures: Ledger['failures'][number][] = [];
  const tasks = seeds.map((from): Task => ({ kind: 'batch', from, count: 1 }));
  await run(tasks, 1, (answer) => {
    if (answer.kind !== 'batch') return;
    describe(answer.result);
    failures.push(...answer.result.failures.map(recorded));
  });
  writeLedger(ledgerPath, { ...ledger, failures });
  say(`${new Set(failures.map(({ seed }) => seed)).size} of ${seeds.length} still fail`);
  return failures.length === 0;
}

async function printReduced(seed: number): Promise<boolean> {
  let passes = true;
  await run([{ kind: 'reduce', seed }], 1, (answer) => {
    if (answer.kind !== 'reduced' || answer.reduced === null) return;
    passes = false;
    const { source, failure, combination } = answer.reduced;
    say(`${combination}: ${failure.kind}: ${failure.signature}\n${failure.detail}\n\n${source}`);
  });
  if (passes) say(`seed ${seed} does not fail`);
  return passes;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    count: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '1' },
    'no-ledger': { type: 'boolean', default: false },
    reduce: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  if (values.reduce !== undefined) return printReduced(Number(values.reduce));
  if (values.again) return alone(again);
  const kept = !values['no-ledger'];
  const run = () => campaign(Number(values.seed), Number(values.count), Number(values.jobs), kept);
  return kept ? alone(run) : run();
}

process.exitCode = (await main()) ? 0 : 1;

/**
 * Campaigns of random programs: native Go, the SSA evaluator, the embedded machine and the kernel must agree.
 *
 *     npm run fuzz -- --seed 0 --count 100000 [--jobs 2]     what the ledger has is left out: an interrupted campaign goes on
 *     npm run fuzz -- --seed 0 --count 400 --no-ledger       as in CI: nothing is recorded, a failure is exit status 1
 *     npm run fuzz -- --reduce 1234                          the failure of one seed, reduced to a few lines
 *     npm run fuzz -- --again                                the seeds that have failed, once more
 */

import { execFileSync, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kernelSystem, requires } from '../../golden/requires.ts';
import type { System } from '../../src/kernel/system.ts';
import { type BatchResult, runBatch } from './batch.ts';
import {
  emptyLedger,
  type Ledger,
  missing,
  neverMade,
  readLedger,
  withBatch,
  writeLedger,
} from './ledger.ts';
import { reduce } from './reduce.ts';

const ledgerPath = 'bench/fuzz/ledger.json';
const batchSize = 500;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function kernel(): Promise<System | null> {
  return (await requires('kernel', 'go')) ? kernelSystem() : null;
}

interface Piece {
  readonly from: number;
  readonly count: number;
}

/** A process that runs the pieces it is sent. */
async function serve(): Promise<void> {
  const system = await kernel();
  process.on('message', (piece: Piece) => {
    process.send?.(runBatch(piece.from, piece.count, system));
  });
}

function runPieces(
  pieces: readonly Piece[],
  jobs: number,
  done: (result: BatchResult) => void,
): Promise<void> {
  const waiting = [...pieces];
  const worker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), ['--serve'], { execArgv: process.execArgv });
      const next = (): void => {
        const piece = waiting.shift();
        if (piece === undefined) child.kill();
        else child.send(piece);
      };
      child.on('message', (result: BatchResult) => {
        done(result);
        next();
      });
      child.on('exit', (code, signal) => {
        if (code === 0 || signal === 'SIGTERM') resolve();
        else reject(new Error(`a worker ended with ${code ?? signal}`));
      });
      next();
    });
  return Promise.all(Array.from({ length: jobs }, worker)).then(() => undefined);
}

function describe({ failures }: BatchResult): void {
  for (const { seed, combination, kind, signature, detail } of failures)
    say(
      `seed ${seed} ${combination}: ${kind}: ${signature}\n    ${detail.split('\n').slice(0, 6).join('\n    ')}`,
    );
}

async function campaign(seed: number, count: number, jobs: number, recorded: boolean): Promise<boolean> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  let ledger: Ledger = recorded ? readLedger(ledgerPath) : emptyLedger;
  const pieces = missing(ledger, seed, seed + count, Math.min(batchSize, Math.ceil(count / jobs)));
  const start = performance.now();
  let programs = 0;
  let failed = 0;
  await runPieces(pieces, jobs, (result) => {
    ledger = withBatch(ledger, result, commit);
    if (recorded) writeLedger(ledgerPath, ledger);
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
  return failed === 0;
}

/** Runs failed seeds again and forgets those that pass. */
async function again(): Promise<boolean> {
  const ledger = readLedger(ledgerPath);
  const system = await kernel();
  const results = ledger.failures.map(({ seed }) => runBatch(seed, 1, system));
  for (const result of results) describe(result);
  const failures = results.flatMap((result) =>
    result.failures.map(({ seed, combination, kind, signature }) => ({ seed, combination, kind, signature })),
  );
  writeLedger(ledgerPath, { ...ledger, failures });
  say(`${failures.length} of ${results.length} still fail`);
  return failures.length === 0;
}

async function printReduced(seed: number): Promise<boolean> {
  const reduced = reduce(seed, await kernel());
  if (reduced === null) {
    say(`seed ${seed} does not fail`);
    return true;
  }
  const { source, failure, combination } = reduced;
  say(`${combination}: ${failure.kind}: ${failure.signature}\n${failure.detail}\n\n${source}`);
  return false;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    count: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '1' },
    'no-ledger': { type: 'boolean', default: false },
    reduce: { type: 'string' },
    again: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  if (values.reduce !== undefined) return printReduced(Number(values.reduce));
  if (values.again) return again();
  return campaign(Number(values.seed), Number(values.count), Number(values.jobs), !values['no-ledger']);
}

if (values.serve) await serve();
else process.exitCode = (await main()) ? 0 : 1;

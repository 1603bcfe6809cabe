/**
 * The embedded machine against the kernel, on random programs: machine code of every kind, and Go of bench/fuzz.
 *
 *     npm run vm -- --to 20000              machine code; goes on where the ledger ends
 *     npm run vm -- --source go --to 2000   Go programs
 *     npm run vm -- --from 0 --count 300    as in CI: nothing is recorded, a failure is exit status 1
 *     npm run vm -- --reduce 17             a failing program, as small as it fails
 *     npm run vm -- --corpus                every golden program, example and benchmark program
 */

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { kernelSystem } from '../../golden/requires.ts';
import { printMCode } from '../../src/bpf/text.ts';
import type { System } from '../../src/kernel/system.ts';
import { type Compared, compareFile } from './corpus.ts';
import { runGoSeeds } from './go.ts';
import { added, readLedger, type Source, sources, writeLedger } from './ledger.ts';
import { stayOnOneProcessor } from './processor.ts';
import { machineOf, randomProgram } from './program.ts';
import { examine, reduced, runSeeds, type SeedsResult } from './seeds.ts';

const ledgerPath = 'bench/vm/ledger.json';
const batch = 250;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = (system: System, source: Source, from: number, count: number): SeedsResult =>
  source === 'go' ? runGoSeeds(system, from, count) : runSeeds(system, from, count);

function tell({ failures }: SeedsResult): void {
  for (const { seed, kind, signature, detail } of failures)
    say(`seed ${seed}: ${kind}: ${signature}\n    ${detail.slice(0, 2000).replace(/\n/g, '\n    ')}`);
}

function campaign(system: System, source: Source, to: number): boolean {
  let ledger = readLedger(ledgerPath);
  while (ledger[source].to < to) {
    const from = ledger[source].to;
    const result = run(system, source, from, Math.min(batch, to - from));
    tell(result);
    ledger = { ...readLedger(ledgerPath), [source]: added(ledger[source], result) };
    writeLedger(ledgerPath, ledger);
    const { programs, runs, notLoaded, failures } = ledger[source];
    say(`${source}: ${programs} programs, ${runs} runs, ${notLoaded} not loaded, ${failures.length} failed`);
  }
  return ledger[source].failures.length === 0;
}

function once(system: System, source: Source, from: number, count: number): boolean {
  const result = run(system, source, from, count);
  tell(result);
  say(
    `${result.programs} programs, ${result.runs} runs, ${result.notLoaded} not loaded, ${result.failures.length} failed`,
  );
  return result.failures.length === 0;
}

function reduce(system: System, seed: number): boolean {
  const program = reduced(system, randomProgram(seed));
  const failure = examine(system, program);
  say(printMCode(machineOf(program)));
  say(failure === null ? `seed ${seed} does not fail` : `${failure.kind}: ${failure.detail}`);
  return failure === null;
}

const corpus = ['golden/programs', 'golden/e2e/loads', 'golden/e2e/objects', 'examples', 'bench/programs'];

/** Programs of files under the folders of the corpus; true when none differs. */
function compareCorpus(system: System): boolean {
  const count: Record<Compared['kind'], number> = { compared: 0, ran: 0, differs: 0 };
  for (const path of corpus.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`),
  )) {
    if (!path.endsWith('.go') || path.endsWith('_test.go')) continue;
    for (const { name, kind, detail } of compareFile(system, path)) {
      count[kind]++;
      if (kind !== 'compared') say(`${name}: ${kind}: ${detail.slice(0, 600)}`);
    }
  }
  say(`${count.compared} programs agree, ${count.ran} ran in the machine alone, ${count.differs} differ`);
  return count.differs === 0;
}

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: 'code' },
    to: { type: 'string' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '300' },
    reduce: { type: 'string' },
    corpus: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const source = sources.find((name) => name === values.source);
  if (source === undefined) throw new Error(`--source takes ${sources.join(' or ')}`);
  const system = await kernelSystem();
  stayOnOneProcessor();
  if (values.corpus) return compareCorpus(system);
  if (values.reduce !== undefined) return reduce(system, Number(values.reduce));
  if (values.to !== undefined) return campaign(system, source, Number(values.to));
  return once(system, source, Number(values.from), Number(values.count));
}

process.exitCode = (await main()) ? 0 : 1;

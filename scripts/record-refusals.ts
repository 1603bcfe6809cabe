/**
 * Records how kernels refuse the bad programs of golden/explain and the forced ones of golden/negatives, for the tests
 * of explanations:
 *
 *     npx tsx scripts/record-refusals.ts here 5.10 6.1 6.12 7.3
 *       → golden/explain/logs-5.10.json, …, golden/negatives/verdicts-6.18.json, verdicts-5.10.json, …
 *
 * `here` is the running kernel, for the forced programs only. Long logs keep their first and last lines.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { badPrograms } from '../golden/explain/cases.ts';
import { forced, forcible, negatives } from '../golden/negatives/cases.ts';
import type { Judgement } from '../golden/negatives/judge.ts';
import type { Recorded } from '../golden/negatives/recorded.ts';
import { must } from '../src/base/assert.ts';
import { runInKernel } from './kernel-vm/machine.ts';
import type { BadPrograms, Verdicts } from './refusal-loader.ts';

const keptLines = 60;
const keptOfForced = 24;

function shortened(log: string, kept = keptLines): string {
  const lines = log.split('\n');
  if (lines.length <= kept * 2) return log;
  return [...lines.slice(0, 5), ...lines.slice(-kept)].join('\n');
}

/** Logs as they are kept: times differ from run to run. */
const steady = (log: string): string =>
  shortened(log, keptOfForced).replace(/^verification time \d+ usec\n/m, '');

const kept = (judgement: Judgement): Judgement =>
  judgement.kind === 'refused' ? { ...judgement, log: steady(judgement.log) } : judgement;

function badOnes(): BadPrograms {
  return {
    plans: badPrograms().map(({ name, plan }) => ({ name, plan })),
    objects: negatives()
      .filter(forcible)
      .map((c) => ({
        name: c.name,
        object: Buffer.from(must(forced(c).object, `${c.name} does not compile`)).toString('base64'),
      })),
  };
}

async function prepare(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-refusals-'));
  await build({
    entryPoints: ['scripts/refusal-loader.ts'],
    outfile: join(folder, 'loader.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['koffi', '@koromix'])
    cpSync(join('node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(badOnes()));
  return folder;
}

async function ask(series: string, folder: string): Promise<Verdicts> {
  const command = [process.execPath, join(folder, 'loader.mjs'), join(folder, 'bad.json')] as const;
  if (series === 'here') {
    const [file, ...args] = command;
    return JSON.parse(execFileSync(file, args, { maxBuffer: 1 << 28 }).toString());
  }
  const output: Buffer[] = [];
  const result = await runInKernel({
    series,
    command,
    share: folder,
    timeoutSeconds: 600,
    onStdout: (bytes) => void output.push(bytes),
    onStderr: (bytes) => void process.stderr.write(bytes),
    say: (message) => void process.stderr.write(`${message}\n`),
  });
  if (result.kind !== 'exited' || result.status !== 0)
    throw new Error(`${series}: ${JSON.stringify(result)}`);
  return JSON.parse(Buffer.concat(output).toString());
}

function write(path: string, value: unknown, count: number, release: string): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
  process.stdout.write(`${path}: ${count} programs on ${release}\n`);
}

async function record(series: string, folder: string): Promise<void> {
  const { release, refused, judged } = await ask(series, folder);
  if (series !== 'here') {
    const logs = refused.map((r) => ({ ...r, log: shortened(r.log) }));
    write(`golden/explain/logs-${series}.json`, { release, refused: logs }, logs.length, release);
  }
  const verdicts = judged.map(({ name, judgement }) => ({ name, judgement: kept(judgement) }));
  const recorded: Recorded = { release, verdicts };
  const version = series === 'here' ? release.split('.').slice(0, 2).join('.') : series;
  write(`golden/negatives/verdicts-${version}.json`, recorded, verdicts.length, release);
}

const folder = await prepare();
try {
  for (const series of process.argv.slice(2)) await record(series, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

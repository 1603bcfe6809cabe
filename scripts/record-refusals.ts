/**
 * Records how other kernels refuse the bad programs of golden/explain, for the tests of explanations:
 *
 *     npx tsx scripts/record-refusals.ts 5.10 6.1 6.12 7.3     → golden/explain/logs-5.10.json, …
 *
 * Long logs keep their first and last lines, with a line that says how many are left out.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { badPrograms } from '../golden/explain/cases.ts';
import { runInKernel } from './kernel-vm/machine.ts';
import type { Refused } from './refusal-loader.ts';

const keptLines = 60;

function shortened(log: string): string {
  const lines = log.split('\n');
  if (lines.length <= keptLines * 2) return log;
  return [...lines.slice(0, 5), ...lines.slice(-keptLines)].join('\n');
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
  const plans = badPrograms().map(({ name, plan }) => ({ name, plan }));
  writeFileSync(join(folder, 'plans.json'), JSON.stringify(plans));
  return folder;
}

async function record(series: string, folder: string): Promise<void> {
  const output: Buffer[] = [];
  const result = await runInKernel({
    series,
    command: [process.execPath, join(folder, 'loader.mjs'), join(folder, 'plans.json')],
    share: folder,
    timeoutSeconds: 600,
    onStdout: (bytes) => void output.push(bytes),
    onStderr: (bytes) => void process.stderr.write(bytes),
    say: (message) => void process.stderr.write(`${message}\n`),
  });
  if (result.kind !== 'exited' || result.status !== 0)
    throw new Error(`${series}: ${JSON.stringify(result)}`);
  const report: { readonly release: string; readonly refused: readonly Refused[] } = JSON.parse(
    Buffer.concat(output).toString(),
  );
  const refused = report.refused.map((r) => ({ ...r, log: shortened(r.log) }));
  const path = `golden/explain/logs-${series}.json`;
  writeFileSync(path, `${JSON.stringify({ ...report, refused }, null, 1)}\n`);
  process.stdout.write(`${path}: ${refused.length} programs on ${report.release}\n`);
}

const folder = await prepare();
try {
  for (const series of process.argv.slice(2)) await record(series, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

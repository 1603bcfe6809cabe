/** Tries every route of table.ts on the kernel that it names; exit status 1 when one does not work. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { runInKernel } from '../kernel-vm/machine.ts';
import { objectOf } from './program.ts';
import { type Route, routes } from './table.ts';
import type { Visited } from './visit.ts';
import type { Wanted } from './visitor.ts';

const secondsPerBoot = 300;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function prepare(wanted: readonly Wanted[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-routes-'));
  await build({
    entryPoints: ['scripts/routes/visitor.ts'],
    outfile: join(folder, 'visitor.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  });
  for (const name of ['koffi', '@koromix'])
    cpSync(join('node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  writeFileSync(join(folder, 'routes.json'), JSON.stringify(wanted));
  return folder;
}

async function visitAll(kernel: Route['kernel'], folder: string): Promise<readonly Visited[]> {
  const args = [join(folder, 'visitor.mjs'), join(folder, 'routes.json')];
  if (kernel === 'host') return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  const output: Buffer[] = [];
  const result = await runInKernel({
    series: kernel,
    command: [process.execPath, ...args],
    share: folder,
    timeoutSeconds: secondsPerBoot,
    onStdout: (bytes) => void output.push(bytes),
    onStderr: (bytes) => void process.stderr.write(bytes),
    say,
  });
  if (result.kind === 'crashed') throw new Error(`${kernel} crashed\n${result.console}`);
  if (result.kind !== 'exited' || result.status !== 0) throw new Error(`${kernel}: ${result.kind}`);
  return JSON.parse(Buffer.concat(output).toString());
}

/** The number of routes that do not work. */
async function tryKernel(kernel: Route['kernel']): Promise<number> {
  const wanted: Wanted[] = [];
  let failed = 0;
  for (const route of routes.filter((r) => r.kernel === kernel)) {
    const object = objectOf(route);
    if (typeof object !== 'string') wanted.push({ route, object: Buffer.from(object).toString('hex') });
    else {
      failed++;
      say(`${kernel} ${route.section}: ${object}`);
    }
  }
  const folder = await prepare(wanted);
  try {
    for (const { section, egress, why } of await visitAll(kernel, folder)) {
      if (why !== null) failed++;
      say(`${kernel} ${section}${egress ? ' --egress' : ''}: ${why ?? 'ok'}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failed;
}

const { values } = parseArgs({ options: { kernel: { type: 'string' } } });
const kernels = (['host', '6.12', '7.3'] as const).filter(
  (k) => values.kernel === undefined || k === values.kernel,
);
let failed = 0;
for (const kernel of kernels) failed += await tryKernel(kernel);
say(`${failed} routes failed`);
process.exitCode = failed === 0 ? 0 : 1;

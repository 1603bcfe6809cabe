/**
 * Every golden program and example, at every level and instruction set, on five verifiers from 2020 to now: this
 * machine's kernel and four of Debian's, each booted once for the whole batch.
 *
 *     npm run test:kernels [-- KERNEL...]                   `host`, or series such as 6.1
 *     npm run test:kernels -- --fuzz 0:2000 [KERNEL...]     random programs from a seed on instead
 *
 * Fails on a refusal by a kernel that has what the program uses, and on a run line that gives something else.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { samples } from '../bench/fuzz/samples.ts';
import { cpus, goldenPrograms, levels, planOf, tracepointTwin } from '../golden/compiled.ts';
import type { BatchItem, ItemReport, Report } from './kernel-loader.ts';
import { runInKernel } from './kernel-vm/machine.ts';

const defaultKernels = ['host', '5.10', '6.1', '6.12', '7.3'];
const secondsPerBoot = 300;

const say = (message: string): void => void process.stdout.write(`${message}\n`);

interface Batch {
  readonly batch: readonly BatchItem[];
  readonly errors: readonly string[];
  readonly variants: number;
}

/** Random programs, each at its own level and instruction set; `range` is the first seed and how many. */
function makeRandomBatch(range: string): Batch {
  const [from = 0, count = 0] = range.split(':').map(Number);
  const batch: BatchItem[] = [];
  const errors: string[] = [];
  for (const { program, twin, combination } of samples(from, count)) {
    for (const variant of twin === null ? [program] : [program, twin]) {
      const id = `${variant.path} -O${combination.optimize} ${combination.cpu}`;
      const plan = planOf(variant, { ...combination, emit: 'object' });
      if (typeof plan === 'string') errors.push(`${id}: ${plan}`);
      else batch.push({ id, plan, runs: variant.runs });
    }
  }
  return { batch, errors, variants: batch.length + errors.length };
}

/** All variants; those that compile to the same code are loaded once. */
function makeBatch(): Batch {
  const items = new Map<string, BatchItem>();
  const errors: string[] = [];
  let variants = 0;
  const programs = goldenPrograms();
  const twins = programs.map(tracepointTwin).filter((twin) => twin !== null);
  for (const program of [...programs, ...twins]) {
    for (const optimize of levels) {
      for (const cpu of cpus) {
        const id = `${program.path} -O${optimize} ${cpu}`;
        const plan = planOf(program, { optimize, cpu });
        variants++;
        if (typeof plan === 'string') {
          errors.push(`${id}: ${plan}`);
          continue;
        }
        const key = JSON.stringify(plan);
        if (!items.has(key)) items.set(key, { id, plan, runs: program.runs });
      }
    }
  }
  return { batch: [...items.values()], errors, variants };
}

/** A folder with the loader, what it needs, and the batch. */
async function prepare(batch: readonly BatchItem[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-kernels-'));
  await build({
    entryPoints: ['scripts/kernel-loader.ts'],
    outfile: join(folder, 'loader.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  });
  for (const name of ['koffi', '@koromix']) {
    cpSync(join('node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  writeFileSync(join(folder, 'batch.json'), JSON.stringify(batch));
  return folder;
}

async function load(kernel: string, folder: string): Promise<Report> {
  const command = [process.execPath, join(folder, 'loader.mjs'), join(folder, 'batch.json')];
  if (kernel === 'host') {
    const [program = '', ...args] = command;
    return JSON.parse(execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 }));
  }
  const output: Buffer[] = [];
  const result = await runInKernel({
    series: kernel,
    command,
    share: folder,
    timeoutSeconds: secondsPerBoot,
    onStdout: (bytes) => void output.push(bytes),
    onStderr: (bytes) => void process.stderr.write(bytes),
    say,
  });
  if (result.kind === 'crashed') throw new Error(`the machine crashed\n${result.console}`);
  if (result.kind === 'timed-out') throw new Error(`no answer in ${secondsPerBoot} s`);
  if (result.status !== 0) throw new Error(`the loader ended with status ${result.status}`);
  return JSON.parse(Buffer.concat(output).toString());
}

/** The last lines of a verifier log, which name the reason. */
function tail(log: string): string {
  return log
    .trimEnd()
    .split('\n')
    .slice(-12)
    .map((line) => `      ${line}`)
    .join('\n');
}

function show(kernel: string, report: Report, seconds: number): number {
  const bad = report.items.filter((item) => item.refused.length > 0 || item.wrong.length > 0);
  const tried = report.items.filter((item) => !item.skipped);
  const runs = tried.reduce((sum, item) => sum + item.runs, 0);
  const skipped = report.items.length - tried.length;
  say(
    `${kernel === 'host' ? 'this machine' : kernel} (${report.release}): ${tried.length - bad.length} accepted, ${bad.length} failed, ` +
      `${skipped} too new for it, ${runs} runs, ${seconds.toFixed(1)} s`,
  );
  for (const item of bad) describe(item);
  return bad.length;
}

function describe({ id, refused, wrong }: ItemReport): void {
  for (const { program, reason, log } of refused)
    say(`  ${id}: ${program} refused with ${reason}\n${tail(log)}`);
  for (const line of wrong) say(`  ${id}: ${line}`);
}

async function main(kernels: readonly string[], range: string | null): Promise<void> {
  const { batch, errors, variants } = range === null ? makeBatch() : makeRandomBatch(range);
  for (const error of errors) say(`does not compile: ${error}`);
  say(`${variants} variants, ${batch.length} of them different`);
  const folder = await prepare(batch);
  let failures = errors.length;
  let passed = 0;
  try {
    for (const kernel of kernels) {
      const start = performance.now();
      try {
        const report = await load(kernel, folder);
        const bad = show(kernel, report, (performance.now() - start) / 1000);
        failures += bad;
        passed += report.items.filter((item) => !item.skipped).length - bad;
      } catch (error) {
        failures++;
        say(`${kernel}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`${passed} passed, ${failures} failed`);
  process.exitCode = failures === 0 && passed > 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({ options: { fuzz: { type: 'string' } }, allowPositionals: true });
await main(positionals.length > 0 ? positionals : defaultKernels, values.fuzz ?? null);

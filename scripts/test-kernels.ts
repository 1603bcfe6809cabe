/**
 * Everything that can be loaded, on five verifiers from 2020 to now: this machine's kernel and four of Debian's, each
 * booted once. Golden programs and examples at every level and instruction set; the examples' objects; one object for
 * every row of the platform tables, attached where that can be done; and the tables themselves: what each program type
 * may read, write, call and return.
 *
 *     npm run test:kernels [-- KERNEL...]                   `host`, or series such as 6.1
 *     npm run test:kernels -- --record [KERNEL...]          no programs; what kernels say of objects becomes verdicts.json
 *     npm run test:kernels -- --rows REGEXP [KERNEL...]     only objects whose name matches: `maps ringbuf`
 *     npm run test:kernels -- --fuzz 0:2000 [KERNEL...]     random programs from a seed on instead
 *
 * Fails on a refusal by a kernel that has what the program uses, on a run line that gives something else, on a verdict
 * that is not the recorded one, and on a difference from the tables.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { samples } from '../bench/fuzz/samples.ts';
import { cpus, goldenPrograms, levels, planOf, tracepointTwin } from '../golden/compiled.ts';
import { exampleObjects, rowObjects } from '../golden/tables/objects.ts';
import type { Batch, BatchItem, ItemReport, Report } from './kernel-loader.ts';
import { runInKernel } from './kernel-vm/machine.ts';
import { objectFailures, record } from './tables/compare.ts';

const defaultKernels = ['host', '5.10', '6.1', '6.12', '7.3'];
const secondsPerBoot = 600;

const say = (message: string): void => void process.stdout.write(`${message}\n`);

interface Prepared {
  readonly batch: Batch;
  readonly errors: readonly string[];
  readonly variants: number;
}

/** Random programs, each at its own level and instruction set; `range` is the first seed and how many. */
function makeRandomBatch(range: string): Prepared {
  const [from = 0, count = 0] = range.split(':').map(Number);
  const plans: BatchItem[] = [];
  const errors: string[] = [];
  for (const { program, twin, combination } of samples(from, count)) {
    for (const variant of twin === null ? [program] : [program, twin]) {
      const id = `${variant.path} -O${combination.optimize} ${combination.cpu}`;
      const plan = planOf(variant, { ...combination, emit: 'object' });
      if (typeof plan === 'string') errors.push(`${id}: ${plan}`);
      else plans.push({ id, plan, runs: variant.runs });
    }
  }
  const batch = { plans, objects: [], tables: false };
  return { batch, errors, variants: plans.length + errors.length };
}

/** All variants; those that compile to the same code are loaded once. */
function makeBatch(withPrograms: boolean, wanted: RegExp | null): Prepared {
  const items = new Map<string, BatchItem>();
  const errors: string[] = [];
  let variants = 0;
  const programs = withPrograms ? goldenPrograms() : [];
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
  const objects = [...exampleObjects(), ...rowObjects()].flatMap((object) => {
    if (typeof object !== 'string') return wanted === null || wanted.test(object.id) ? [object] : [];
    errors.push(object);
    return [];
  });
  return { batch: { plans: [...items.values()], objects, tables: wanted === null }, errors, variants };
}

/** A folder with the loader, what it needs, and the batch. */
async function prepare(batch: Batch): Promise<string> {
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

/** Says what a kernel made of the batch; the number of failures, and of successes. */
function show(
  kernel: string,
  batch: Batch,
  report: Report,
  seconds: number,
): { readonly bad: number; readonly good: number } {
  const bad = report.items.filter((item) => item.refused.length > 0 || item.wrong.length > 0);
  const tried = report.items.filter((item) => !item.skipped);
  const runs = tried.reduce((sum, item) => sum + item.runs, 0);
  const skipped = report.items.length - tried.length;
  const { failures, passed } = objectFailures(batch.objects, report);
  const differences = report.differences ?? [];
  say(
    `${kernel === 'host' ? 'this machine' : kernel} (${report.release}): ${tried.length - bad.length} accepted, ${bad.length} failed, ` +
      `${skipped} too new for it, ${runs} runs; objects: ${passed} programs as expected, ${failures.length} not; ` +
      `${differences.length} differences from the tables; ${seconds.toFixed(1)} s`,
  );
  for (const item of bad) describe(item);
  for (const line of [...failures, ...differences]) say(`  ${line}`);
  return {
    bad: bad.length + failures.length + differences.length,
    good: tried.length - bad.length + passed + (report.differences === null ? 0 : 1),
  };
}

function describe({ id, refused, wrong }: ItemReport): void {
  for (const { program, reason, log } of refused)
    say(`  ${id}: ${program} refused with ${reason}\n${tail(log)}`);
  for (const line of wrong) say(`  ${id}: ${line}`);
}

interface Wish {
  readonly fuzz: string | null;
  readonly rows: RegExp | null;
  readonly keep: boolean;
}

async function main(kernels: readonly string[], { fuzz, rows, keep }: Wish): Promise<void> {
  const { batch, errors, variants } =
    fuzz === null ? makeBatch(!keep && rows === null, rows) : makeRandomBatch(fuzz);
  for (const error of errors) say(`does not compile: ${error}`);
  say(`${variants} variants, ${batch.plans.length} of them different; ${batch.objects.length} objects`);
  const folder = await prepare(batch);
  let failures = errors.length;
  let passed = 0;
  try {
    for (const kernel of kernels) {
      const start = performance.now();
      try {
        const report = await load(kernel, folder);
        if (keep) record(batch.objects, report);
        const { bad, good } = show(kernel, batch, report, (performance.now() - start) / 1000);
        failures += bad;
        passed += good;
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

const { values, positionals } = parseArgs({
  options: {
    fuzz: { type: 'string' },
    rows: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
await main(positionals.length > 0 ? positionals : defaultKernels, {
  fuzz: values.fuzz ?? null,
  rows: values.rows === undefined ? null : new RegExp(values.rows),
  keep: values.record,
});

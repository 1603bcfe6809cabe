/**
 * Records what bpfc's code for the suite takes, as the baseline that bench.test.ts compares: slots by program, level and
 * instruction set, and the instructions that the verifier walks at cpu v3.
 *
 *     npx tsx bench/record.ts                        # refuses to record what got larger
 *     npx tsx bench/record.ts --reason 'loops are unrolled at -O2, which the verifier walks in half the steps'
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { openSystem } from '../src/kernel/system.ts';
import { compileGo } from './compilers.ts';
import { loadSide } from './sides.ts';
import { suite } from './suite.ts';

type Figures = Record<string, number>;

export interface Baseline {
  readonly slots: Figures;
  /** Of the kernel `major.minor` that measured: others walk more or less. */
  readonly kernel: string;
  readonly verified: Figures;
  /** Why a figure is larger than it was. */
  readonly reasons: Record<string, string>;
}

const path = 'bench/baseline.json';
const { values } = parseArgs({ options: { reason: { type: 'string' } } });
const old: Baseline = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as Baseline)
  : { slots: {}, kernel: '', verified: {}, reasons: {} };
const probe = await openSystem();
const kernel = probe.available ? release().split('.', 2).join('.') : old.kernel;
const made: Baseline = { slots: {}, kernel, verified: {}, reasons: { ...old.reasons } };
for (const { name } of suite) {
  for (const optimize of ['2', 's'] as const) {
    for (const cpu of ['v1', 'v3', 'v4'] as const) {
      const built = compileGo(name, { optimize, cpu });
      if (typeof built === 'string') throw new Error(`${name}: ${built}`);
      const key = `${name} -O${optimize} ${cpu}`;
      made.slots[key] = built.slots;
      if (cpu !== 'v3') continue;
      const side = probe.available ? loadSide(probe.system, built.loadable, 'figures') : null;
      const walked = side?.program.ok ? side.program.stats.processed : old.verified[key];
      side?.close();
      if (walked !== undefined) made.verified[key] = walked;
    }
  }
}
const grown = (['slots', 'verified'] as const).flatMap((what) =>
  Object.entries(made[what]).flatMap(([key, n]) => {
    const before = old[what][key];
    const same = what === 'slots' || kernel === old.kernel;
    return before !== undefined && n > before && same
      ? [{ key: `${what} ${key}`, change: `${before} → ${n}` }]
      : [];
  }),
);
for (const { key, change } of grown) {
  process.stdout.write(`${key}: ${change}\n`);
  if (values.reason !== undefined) made.reasons[key] = `${change}: ${values.reason}`;
}
if (grown.length > 0 && values.reason === undefined) {
  process.stderr.write('these got larger: give a --reason\n');
  process.exitCode = 1;
} else writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`);
process.exit();

/**
 * The benchmark: every program of the suite at -O2 and -Os, beside clang and gcc, and in the kernel.
 *
 *     npm run bench                          # the table
 *     npm run bench -- --json FILE           # and the measurements as JSON
 *     npm run bench -- --report FILE.html    # and as a page with plots
 *     npm run bench -- --quick xdp1 xdp2     # these programs, beside clang-19 -O2 -mcpu=v3 only, without times
 *     npm run bench -- --cpu v4
 *
 * Kernel figures are left out where bpf(2) is not allowed.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openSystem } from '../src/kernel/system.ts';
import { type Measurement, measure, measureC } from './measure.ts';
import { report } from './report.ts';
import { suite } from './suite.ts';
import { table } from './table.ts';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    report: { type: 'string' },
    cpu: { type: 'string', default: 'v3' },
  },
  allowPositionals: true,
});

const cpus = ['v1', 'v2', 'v3', 'v4'] as const;
const cpu = cpus.find((c) => c === values.cpu) ?? 'v3';
const probe = await openSystem();
const system = probe.available ? probe.system : null;
const rows = suite.filter((r) => positionals.length === 0 || positionals.includes(r.name));
const list: Measurement[] = rows.flatMap((row) => {
  const c = measureC(row, !values.quick);
  return (['2', 's'] as const).map((mode) => measure(row, mode, cpu, c, system, !values.quick));
});
process.stdout.write(`${table(list)}\n`);
if (values.report !== undefined) writeFileSync(values.report, report(list));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(list, null, 1)}\n`);

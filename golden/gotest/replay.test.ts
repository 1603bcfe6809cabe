/** The integer functions of Go's compiler tests give what Go gives: by evaluator, machine and kernel, at every level. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { levels } from '../compiled.ts';
import { kernelSystem, requires, tool } from '../requires.ts';
import { type Declaration, type GoFile, readGoFile } from './functions.ts';
import { type FileReport, page, reportOf } from './page.ts';
import { goRoot } from './programs.ts';
import { type Recorded, recordCalls } from './record.ts';
import { findInside, replay } from './replay.ts';

const names = [
  ...['arithConst', 'cmpConst', 'arithBoundary', 'arith', 'copy', 'zero', 'ctl', 'break', 'phi', 'loadstore'],
  ...['addressed', 'compound', 'short', 'namedReturn', 'regalloc', 'dupLoad', 'divbyzero'],
];
/** Rows of the table in arithConst_test.go. */
const arithConstRows = 6776;
/** What these files use of the others in their folder. */
const shared = new Set(['always']);

const hasGo = await requires('go');
const hasKernel = await requires('kernel');
const folder = hasGo ? join(goRoot(), 'src/cmd/compile/internal/test/testdata') : '';
if (hasGo && !existsSync(folder)) {
  const message =
    'this Go installation has no folder $(go env GOROOT)/src/cmd/compile/internal/test/testdata';
  if (process.env.BPFC_REQUIRE_KERNEL === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

const pagePath = 'golden/gotest.md';
const read = (name: string): GoFile => readGoFile(name, readFileSync(join(folder, name), 'utf8'));

interface Tests {
  readonly files: readonly GoFile[];
  readonly others: readonly Declaration[];
  readonly recorded: ReadonlyMap<string, Recorded>;
}

let found: Tests | null = null;

function tests(): Tests {
  if (found !== null) return found;
  const files = names.map((name) => read(`${name}_test.go`));
  const rest = readdirSync(folder).filter((n) => n.endsWith('_test.go') && !names.includes(n.slice(0, -8)));
  const others = rest.flatMap((n) => read(n).declarations).filter((d) => shared.has(d.name));
  found = { files, others, recorded: recordCalls(folder, files) };
  return found;
}

describe.skipIf(!existsSync(folder))("Go's compiler tests", () => {
  const reports: FileReport[] = [];

  test.each(names)(
    '%s',
    async (name) => {
      const { files, others, recorded } = tests();
      const go = files.find((file) => file.name === `${name}_test.go`);
      if (go === undefined) throw new Error(name);
      const inside = findInside(go, others);
      const system = hasKernel ? await kernelSystem() : null;
      expect(levels.flatMap((level) => replay(inside, recorded, level, system))).toEqual([]);
      const report = reportOf(go, inside, recorded);
      if (name === 'arithConst') expect(report.calls).toBe(arithConstRows);
      reports.push(report);
    },
    120_000,
  );

  test('the page is current', () => {
    expect(reports.length).toBe(names.length);
    const version = execFileSync(tool('go'), ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
    const made = page(version, reports);
    if (process.env.BPFC_BLESS === '1') writeFileSync(pagePath, made);
    const written = readFileSync(pagePath, 'utf8');
    // Another version of Go has other tests.
    if (written.includes(version)) expect(made, 'npm run bless writes it').toBe(written);
  });
});

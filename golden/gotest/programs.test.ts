/** Programs of Go's own test suite behave in the machine and in the kernel as under `go run`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTrace } from '../../src/kernel/trace.ts';
import { describeErrors, levels } from '../compiled.ts';
import { kernelSystem, requires } from '../requires.ts';
import { compileRun, runInKernel, runInVm, runNatively, suiteFolder } from './programs.ts';
import { suitePrograms } from './programs.table.ts';

const hasGo = await requires('go');
const hasKernel = await requires('kernel', 'tracefs');
const folder = hasGo ? suiteFolder() : null;
if (hasGo && folder === null) {
  const message = "programs of Go's test suite: this Go installation has no folder $(go env GOROOT)/test";
  if (process.env.BPFC_REQUIRE_KERNEL === '1') throw new Error(`missing ${message}`);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

describe.skipIf(folder === null)("Go's own test programs", () => {
  const suite = folder ?? '';

  test('at least 95 are in the subset, and all are there', () => {
    expect(suitePrograms.length).toBeGreaterThanOrEqual(95);
    expect(suitePrograms.filter((name) => !existsSync(join(suite, name)))).toEqual([]);
  });

  test('all behave as under go run', async () => {
    const native = runNatively(suite, suitePrograms);
    const system = hasKernel ? await kernelSystem() : null;
    const trace = hasKernel ? openTrace() : null;
    const wrong: string[] = [];
    try {
      for (const name of suitePrograms) {
        for (const level of levels) {
          const result = compileRun(suite, name, level);
          const { machine } = result;
          if (machine === null) {
            wrong.push(`${name} -O${level}: ${describeErrors(result)}`);
            continue;
          }
          const expected = JSON.stringify(native.get(name));
          const compare = (where: string, ended: unknown): void => {
            const got = JSON.stringify(ended);
            if (got !== expected)
              wrong.push(`${name} -O${level}, ${where}: ${got}, under go run ${expected}`);
          };
          compare('VM', runInVm(machine));
          if (system !== null) compare('kernel', runInKernel(system, machine, trace));
        }
      }
    } finally {
      trace?.close();
    }
    expect(wrong).toEqual([]);
  }, 180_000);
});

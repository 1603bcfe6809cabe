/** Records what bpfc's code for the suite takes, as the baseline that bench.test.ts compares: `npx tsx bench/record.ts`. */

import { writeFileSync } from 'node:fs';
import { compileGo } from './compilers.ts';
import { suite } from './suite.ts';

const baseline: Record<string, number> = {};
for (const { name } of suite) {
  for (const optimize of ['2', 's'] as const) {
    for (const cpu of ['v1', 'v3', 'v4'] as const) {
      const built = compileGo(name, { optimize, cpu });
      if (typeof built !== 'string') baseline[`${name} -O${optimize} ${cpu}`] = built.slots;
    }
  }
}
writeFileSync('bench/baseline.json', `${JSON.stringify(baseline, null, 1)}\n`);

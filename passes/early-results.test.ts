import { expect, test } from 'vitest';
import type { PReg } from '../src/bpf/minst.ts';
import { randomModule } from '../src/ir/random.ts';
import { earlyResults } from './early-results.ts';
import { observeMachine } from './machine-eval.ts';
import type { Machine } from './pass.ts';
import { runPipeline } from './run.ts';
import { testContext } from './test-support.ts';

test('random programs return what they returned', () => {
  let changed = 0;
  for (let seed = 0; seed < 80; seed++) {
    const context = testContext({ sections: false });
    const result = runPipeline(randomModule(seed, 40), context, { stopAfter: 'peephole' });
    if (context.diagnostics.failed || result.form !== 'code') continue;
    const before: Machine<PReg> = result.value;
    const after = earlyResults.run(before, context);
    if (after !== before) changed++;
    const args = [BigInt(seed)];
    expect(observeMachine(after, 'main', args).text).toBe(observeMachine(before, 'main', args).text);
  }
  expect(changed).toBeGreaterThan(0);
});

/**
 * Objects of the SSA form and of machine code have one layout each in the engine, however many passes went over them:
 * reading from objects of many layouts took a fifth of all time (src/ir/copy.ts, src/bpf/copy.ts).
 */

import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { compile } from '../src/compile.ts';
import { goldenPrograms } from './compiled.ts';

setFlagsFromString('--allow-natives-syntax');
const sameLayout = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

/** The share of the commonest layout. */
function largestShare(objects: readonly object[]): number {
  const layouts: { readonly like: object; count: number }[] = [];
  for (const object of objects) {
    const known = layouts.find(({ like }) => sameLayout(like, object));
    if (known === undefined) layouts.push({ like: object, count: 1 });
    else known.count++;
  }
  return Math.max(...layouts.map(({ count }) => count)) / objects.length;
}

test('instructions and blocks have one layout', () => {
  const found = { instructions: new Set<object>(), blocks: new Set<object>(), code: new Set<object>() };
  for (const { source } of goldenPrograms().slice(0, 40)) {
    compile({
      ...source,
      options: {
        emit: 'object',
        onAfterPass: (_pass, { form, value }) => {
          if (form !== 'ssa') {
            for (const { blocks } of value.funcs)
              for (const b of blocks) for (const i of b.body) found.code.add(i);
            return;
          }
          for (const { blocks } of value.funcs)
            for (const b of blocks) {
              found.blocks.add(b);
              for (const i of b.body) found.instructions.add(i);
            }
        },
      },
    });
  }
  expect(found.instructions.size).toBeGreaterThan(2000);
  expect(largestShare([...found.instructions])).toBeGreaterThan(0.97);
  expect(largestShare([...found.blocks])).toBeGreaterThan(0.97);
  expect(largestShare([...found.code])).toBeGreaterThan(0.97);
});

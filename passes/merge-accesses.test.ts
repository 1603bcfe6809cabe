import { describe, expect, it } from 'vitest';
import { edgeValues } from './edge-values.ts';
import { fuseAdds } from './fuse-adds.ts';
import { mergeAccesses } from './merge-accesses.ts';
import { nilChecks } from './nil-checks.ts';
import { firstDifference, transform } from './test-support.ts';
import { wideCompares } from './wide-compares.ts';

const packet = (body: string): string => `program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: ptr = load.u32 v0 + 0
${body}
}
`;

describe('merge-accesses', () => {
  it('copies six bytes in two accesses', () => {
    const copies = [0, 1, 2, 3, 4, 5].map((n) => `  v${10 + n}: i32 = load.u8 v1 + ${6 + n}`);
    const stores = [0, 1, 2, 3, 4, 5].map((n) => `  store.8 v1 + ${n}, v${10 + n}`);
    const text = transform(
      packet([...copies, ...stores, '  v30: i32 = const 1', '  return v30'].join('\n')),
      [mergeAccesses],
    );
    expect(text.match(/(load|store)\S+/g)).toEqual([
      'load.u32',
      'load.u32',
      'load.u16',
      'store.32',
      'store.16',
    ]);
  });

  it('leaves loads that a store in between may change', () => {
    const text = transform(
      packet(`  v10: i32 = load.u8 v1 + 6
  store.8 v1 + 7, v10
  v11: i32 = load.u8 v1 + 7
  store.8 v1 + 8, v11
  return v10`),
      [mergeAccesses],
    );
    expect(text.match(/store\.8/g)).toHaveLength(2);
  });

  it('joins constants', () => {
    const text = transform(
      packet(`  v10: i32 = const 1
  v11: i32 = const 2
  store.8 v1 + 7, v11
  store.8 v1 + 6, v10
  return v10`),
      [mergeAccesses],
    );
    expect(text).toMatch(/const 513\b/);
    expect(text).toMatch(/store\.16 v1 \+ 6/);
  });
});

describe('small passes', () => {
  const passes = [mergeAccesses, fuseAdds, nilChecks, edgeValues, wideCompares];
  it.each(passes.map((pass) => [pass.name, pass] as const))('%s preserves random programs', (_, pass) => {
    expect(firstDifference([pass], { from: 1, count: 60 })).toBeNull();
  });
  it('preserve random programs together', () => {
    expect(firstDifference(passes, { from: 500, count: 60 })).toBeNull();
  });
});

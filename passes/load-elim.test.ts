import { describe, expect, it } from 'vitest';
import { loadElim } from './load-elim.ts';
import { firstDifference, transform } from './test-support.ts';

const head = `map @m array key 4 value 16 entries 4 flags 0
program @main section "xdp" abort 0
`;

describe('load-elim', () => {
  it('keeps what another region cannot change, and forgets what a store may', () => {
    const text = transform(
      `${head}
func @main(v0: ptr) -> i32 program @main {
  slot s0 4 align 4 "key"
b0:
  v1: ptr = mapaddr @m
  v2: ptr = slotaddr s0 + 0
  v3: i32 = const 0
  store.32 v2 + 0, v3
  v4: ptr = helper @map_lookup_elem(v1, v2)
  v5: i32 = load.u32 v0 + 12
  store.32 v4 + 4, v5
  v6: i32 = load.u32 v0 + 12
  v7: i32 = load.u32 v4 + 4
  v8: i32 = load.u32 v4 + 0
  store.32 v4 + 2, v6
  v9: i32 = load.u32 v4 + 0
  v10: i32 = add v7, v8
  v11: i32 = add v10, v9
  return v11
}
`,
      [loadElim],
    );
    expect(text.match(/load\.u32 v0/g)).toHaveLength(1);
    expect(text.match(/load\.u32 v\d+ \+ 0/g)).toHaveLength(2);
    expect(text).not.toMatch(/load\.u32 v\d+ \+ 4/);
  });

  it('loads a local again after an atomic operation on it', () => {
    const text = transform(
      `func @f(v0: i64) -> i64 {
  slot s0 8 align 8 "x"
b0:
  v1: ptr = slotaddr s0 + 0
  store.64 v1 + 0, v0
  atomic.add.64 v1 + 0, v0
  v2: i64 = load.u64 v1 + 0
  return v2
}
`,
      [loadElim],
    );
    expect(text).toContain('load.u64');
  });

  it('gives back a part of a register only if there was nothing above it', () => {
    const text = transform(
      `${head}
func @main(v0: ptr) -> i32 program @main {
b0:
  v1: ptr = load.u32 v0 + 0
  v2: i32 = load.u8 v1 + 8
  v3: i32 = load.u32 v0 + 12
  store.8 v1 + 0, v2
  store.8 v1 + 1, v3
  v4: i32 = load.u8 v1 + 0
  v5: i32 = load.u8 v1 + 1
  v6: i32 = add v4, v5
  return v6
}
`,
      [loadElim],
    );
    expect(text).not.toMatch(/= load\.u8 v1 \+ 0/);
    expect(text).toMatch(/= load\.u8 v1 \+ 1/);
  });

  it('preserves random programs', () => {
    expect(firstDifference([loadElim], { from: 1, count: 150 })).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { contextFields } from './context-fields.ts';
import { firstDifference, transform } from './test-support.ts';

interface Shape {
  /** Before the call. */
  readonly early?: string;
  /** Behind it, in the block where the field is read. */
  readonly late?: string;
  readonly field?: string;
  readonly helper?: string;
}

const program = ({
  early = '',
  late = '',
  field = 'i32 = load.u32 v0 + 12',
  helper = '@ktime_get_ns()',
}: Shape = {}): string =>
  `program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = load.u32 v0 + 16
  branch v1, b1, b3
b1:
  ${early}
  v2: i64 = helper ${helper}
  branch v1, b2, b3
b2:
  ${late}
  v3: ${field}
  v4: i32 = trunc v2
  v5: i32 = add v3, v4
  return v5
b3:
  return v1
}
`;

const moved = (text: string): boolean => {
  const after = transform(text, [contextFields]);
  return after.indexOf('+ 12') < after.indexOf('helper @');
};

describe('context-fields', () => {
  it('reads the field before the call, and not before the branch that may go without', () => {
    const text = transform(program(), [contextFields]);
    expect(text).toMatch(/b1:\n {2}v2: i32 = load\.u32 v0 \+ 12[^\n]*\n {2}v3: i64 = helper/);
  });

  it('reads it before the first of several calls', () => {
    const text = transform(program({ early: 'helper @ktime_get_ns()' }), [contextFields]);
    expect(text).toMatch(/b1:\n {2}v2: i32 = load\.u32 v0 \+ 12/);
  });

  it('leaves it where the context is kept for more', () => {
    expect(moved(program({ late: 'v9: i32 = load.u32 v0 + 20' }))).toBe(false);
    expect(moved(program({ late: 'helper @xdp_adjust_head(v0, v2)' }))).toBe(false);
  });

  it('leaves it where a call or a store may change it', () => {
    expect(
      moved(
        program({ helper: '@xdp_adjust_head(v0, v2)', early: '' })
          .replaceAll('(v0, v2)', '(v0, v7)')
          .replace('b1:\n', 'b1:\n  v7: i64 = const 4\n'),
      ),
    ).toBe(false);
    expect(moved(program({ early: 'store.32 v0 + 8, v1' }))).toBe(false);
  });

  it('leaves pointers and whole words, which the verifier follows', () => {
    const wide = program({ field: 'i64 = load.u64 v0 + 12' }).replace('add v3, v4', 'add v1, v4');
    expect(moved(wide)).toBe(false);
  });

  it('does nothing to what random programs do', () => {
    expect(firstDifference([contextFields], { from: 1, count: 40 })).toBeNull();
  });
});

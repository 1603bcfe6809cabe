import { describe, expect, it } from 'vitest';
import { printMCode } from '../src/bpf/text.ts';
import { checkAllocation } from '../src/bpf/regalloc-checker.ts';
import type { Target } from './pass.ts';
import { regalloc } from './regalloc.ts';
import { select } from './select.ts';
import { moduleOf, testContext } from './test-support.ts';

/** Instructions of @main, without names of virtual registers. */
function code(body: string, target: Partial<Target> = {}, params = 'v0: ptr'): string[] {
  const module = moduleOf(`license "GPL"
map @m hash key 4 value 8 entries 10 flags 0
global @g .bss size 24 align 8
program @main section "xdp" abort 0

func @main(${params}) -> i32 program @main {
  slot s0 8 align 8 "x"
${body}
}
`);
  const context = testContext(target);
  const mir = select.run(module, context);
  expect(context.diagnostics.list.map((d) => d.code)).toEqual([]);
  for (const [k, func] of regalloc.run(mir, context).funcs.entries()) {
    expect(checkAllocation(mir.funcs[k]!, func)).toEqual([]);
  }
  const text = printMCode(mir)
    .split('\n')
    .filter((line) => line.startsWith('  ') && !line.includes('slot '));
  return text.map((line) =>
    line
      .trim()
      .replace(/\bv\d+/g, 'v')
      .replace(/\bw\d+/g, 'w'),
  );
}

describe('select', () => {
  it('folds offsets, frame addresses and constants into accesses', () => {
    const lines = code(`b0:
  v1: ptr = ptroff v0 + 8
  v2: i32 = load.u32 v1 + 4
  v3: ptr = slotaddr s0 + 4
  v4: i32 = const 7
  store.32 v3 + 0, v4
  return v2`);
    expect(lines).toContain('v = *(u32 *)(v + 12)');
    expect(lines).toContain('*(u32 *)(r10 + s0+4) = 7');
  });

  it('loads no address outside of its object, which the kernel refuses wherever it stands', () => {
    const load = (at: number) =>
      code(`b0:
  v1: ptr = globaladdr @g + ${at}
  v2: i32 = load.u32 v1 + 0
  return v2`);
    expect(load(20)).toContain('v = global g+20 ll');
    expect(load(24).slice(0, 2)).toEqual(['v = global g ll', 'v += 24']);
  });

  it('reads the context through its own register, whatever was computed from it', () => {
    const lines = code(`b0:
  v1: ptr = ptroff v0 + 4
  v2: i32 = load.u32 v1 + 0
  v3: i32 = load.u32 v0 + 0
  v4: i32 = add v2, v3
  return v4`);
    expect(lines.filter((line) => line.includes('+= 4'))).toEqual([]);
  });

  it('fuses compare and branch, and tests bits with a jump', () => {
    const body = (op: string): string => `b0:
  v1: i32 = load.u32 v0 + 0
  v2: i32 = const 6
  ${op}
  branch v3, b1, b2
b1:
  return v1
b2:
  return v2`;
    expect(code(body('v3: i32 = icmp.ult v1, v2'))).toContain('if w < 6 goto b1');
    expect(code(body('v4: i32 = and v1, v2\n  v5: i32 = const 0\n  v3: i32 = icmp.ne v4, v5'))).toContain(
      'if w & 6 goto b1',
    );
    expect(code(body('v3: i32 = icmp.ult v1, v2'), { cpu: 'v1' })).toContain('if v >= 6 goto b2');
    expect(code(body('v3: i32 = icmp.ult v1, v2'), { cpu: 'v2' })).toContain('if v < 6 goto b1');
  });

  it('tests of a truncated value its lower half only', () => {
    const body = `b0:
  v1: i64 = load.u64 v0 + 0
  v2: i32 = trunc v1
  branch v2, b1, b2
b1:
  v3: i32 = const 1
  return v3
b2:
  v4: i32 = const 2
  return v4`;
    expect(code(body)).toContain('if w != 0 goto b1');
    expect(code(body, { cpu: 'v1' })).toContain('v <<= 32');
  });

  it('fetches with operands wider than an immediate', () => {
    const lines = code(`b0:
  v1: ptr = slotaddr s0
  v2: i64 = const 3838276612298843913
  store.64 v1 + 0, v2
  v3: i64 = atomic.add.64 v1 + 0, v2
  v4: i32 = trunc v3
  return v4`);
    expect(lines.filter((line) => /^v = \S+ ?ll$/.test(line))).toHaveLength(2);
  });

  it('extends for nothing what is extended already', () => {
    const lines = code(`b0:
  v1: i32 = load.u32 v0 + 0
  v2: i64 = zext v1
  v3: ptr = slotaddr s0
  store.64 v3 + 0, v2
  v4: i32 = const 0
  return v4`);
    expect(lines).toContain('*(u64 *)(r10 + s0+0) = v');
    expect(lines.some((line) => line.startsWith('w = '))).toBe(false);
  });

  it('fetches an atomic only when the old value is used', () => {
    const body = (named: string): string => `b0:
  v1: ptr = slotaddr s0
  v2: i64 = const 1
  store.64 v1 + 0, v2
  ${named}atomic.add.64 v1 + 0, v2
  v4: i32 = ${named === '' ? 'const 0' : 'trunc v3'}
  return v4`;
    expect(code(body(''))).toContain('lock *(u64 *)(r10 + s0+0) += v');
    expect(code(body('v3: i64 = ')).some((line) => line.includes('atomic_fetch_add'))).toBe(true);
    expect(code(body(''), { cpu: 'v1' })).toContain('lock *(u64 *)(r10 + s0+0) += v');
  });

  it('refuses fetching atomics below cpu v3, at their line', () => {
    const module = moduleOf(`license "GPL"
program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = const 1
  v2: i32 = atomic.add.32 v0 + 0, v1
  return v2
}
`);
    const context = testContext({ cpu: 'v2' });
    select.run(module, context);
    expect(context.diagnostics.list.map((d) => d.code)).toEqual(['needs-cpu']);
  });

  it('swaps bytes by the order of the target', () => {
    const body = `b0:
  v1: i32 = load.u16 v0 + 0
  v2: i32 = bswap16 v1
  return v2`;
    expect(code(body)).toContain('v = be16 v');
    expect(code(body, { endian: 'big' })).toContain('v = le16 v');
    expect(code(body, { cpu: 'v4' })).toContain('v = bswap16 v');
  });
});

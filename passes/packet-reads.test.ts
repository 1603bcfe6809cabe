import { describe, expect, it } from 'vitest';
import { packetReadsPass } from './packet-reads.ts';
import { moduleOf, runAll, transform } from './test-support.ts';

interface Shape {
  readonly offset?: number;
  readonly second?: string;
  readonly between?: string;
  readonly drop?: string;
}

/** Two reads of two bytes, one after the other, and a third of what lies between them. */
const program = ({ offset = 20, second = 'u16', between = '', drop = 'v1' }: Shape = {}): string =>
  `program @main section "socket" abort 0

func @main(v0: ptr) -> i32 program @main {
  slot s0 2 align 2
  slot s1 2 align 2
  slot s2 1 align 1
b0:
  v1: i32 = const 0
  v2: i64 = const 0
  v3: i32 = const 1
  v4: ptr = slotaddr s0
  store.16 v4 + 0, v1
  v5: i64 = const 12
  v6: i64 = const 2
  v7: i64 = helper @skb_load_bytes(v0, v5, v4, v6)
  v8: i32 = icmp.eq v7, v2
  v9: i32 = load.u16 v4 + 0
  branch v8, b1, b4
b1:
  v10: i32 = icmp.eq v9, v3
  branch v10, b2, b4
b2:
  ${between}
  v11: ptr = slotaddr s1
  v12: i64 = const ${offset}
  v13: i64 = helper @skb_load_bytes(v0, v12, v11, v6)
  v14: i32 = icmp.ne v13, v2
  branch v14, b5, b3
b3:
  v15: i32 = load.${second} v11 + 0
  v16: ptr = slotaddr s2
  v17: i64 = const 14
  v18: i64 = const 1
  helper @skb_load_bytes(v0, v17, v16, v18)
  v19: i32 = load.u8 v16 + 0
  v20: i32 = add v15, v19
  return v20
b4:
  return v1
b5:
  return ${drop}
}
`;

const calls = (text: string): number => text.match(/@skb_load_bytes/g)?.length ?? 0;
const merge = (text: string): string => transform(text, [packetReadsPass]);

describe('packet-reads', () => {
  it('makes one read of those that fail alike, and takes what lies between from it', () => {
    const text = merge(program());
    expect(calls(text)).toBe(1);
    expect(text).toMatch(/const 10\b/);
    const loads = text.match(/load\.u\d+ v\d+ \+ \d+/g)?.map((load) => load.replace(/v\d+/, 'v'));
    expect(loads).toEqual(['load.u16 v + 0', 'load.u16 v + 8', 'load.u8 v + 2']);
  });

  it('reads upwards too', () => {
    const text = merge(program({ offset: 8 }));
    const loads = text.match(/load\.u\d+ v\d+ \+ \d+/g)?.map((load) => load.replace(/v\d+/, 'v'));
    expect(loads?.slice(0, 2)).toEqual(['load.u16 v + 4', 'load.u16 v + 0']);
  });

  it('leaves apart what fails otherwise', () => {
    expect(calls(merge(program({ drop: 'v3' })))).toBe(3);
  });

  it('leaves apart what is written or called between', () => {
    const record = 'v30: i64 = helper @ktime_get_ns()';
    expect(calls(merge(program({ between: record })))).toBe(3);
    expect(calls(merge(program({ between: 'store.32 v0 + 8, v1' })))).toBe(3);
  });

  it('leaves apart what would not be aligned, or is far away', () => {
    expect(calls(merge(program({ offset: 21 })))).toBe(3);
    expect(calls(merge(program({ offset: 300 })))).toBe(3);
  });

  it('reads again what may have changed', () => {
    const text = program().replace(
      'b3:\n',
      `b3:
  v31: i64 = helper @skb_store_bytes(v0, v12, v4, v6, v2)
`,
    );
    // The slot that is stored from is no read's own any more.
    expect(calls(merge(text))).toBe(3);
    const other = program()
      .replace('slot s2 1 align 1', 'slot s2 1 align 1\n  slot s3 2 align 2')
      .replace('b3:\n', 'b3:\n  v30: ptr = slotaddr s3\n  store.16 v30 + 0, v1\n')
      .replace('v16: ptr', 'v31: i64 = helper @skb_store_bytes(v0, v12, v30, v6, v2)\n  v16: ptr');
    expect(calls(merge(other))).toBe(2);
  });

  it('leaves a slot alone that is used otherwise', () => {
    const text = program().replace('v15: i32 = load', 'store.16 v11 + 0, v1\n  v15: i32 = load');
    expect(calls(merge(text))).toBe(3);
  });

  it('is done when it is done', () => {
    const once = runAll(moduleOf(program()), [packetReadsPass]);
    expect(runAll(once, [packetReadsPass])).toBe(once);
  });
});

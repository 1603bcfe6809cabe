import { expect, test } from 'vitest';
import { callSlots } from './call-slots.ts';
import { transform } from './test-support.ts';

const program = (body: string): string => `map @events ringbuf key 0 value 0 entries 4096 flags 0

func @f(v0: ptr) -> i64 {
  slot s0 16 align 8
b0:
  v1: ptr = mapaddr @events
  v2: i64 = const 24
  v3: i64 = const 0
  v4: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v5: ptr = slotaddr s0
  v6: i64 = const 16
  helper @get_current_comm(v5, v6)
${body}
  helper @ringbuf_submit(v4, v3)
  return v3
}
`;

/** What the pass makes of the instructions between the call and the submission. */
const after = (body: string): string => transform(program(body), [callSlots]);

test('what a helper writes to a slot and is copied to a record, in one piece or several, it writes there', () => {
  const copied = after(`  v7: i64 = load.u64 v5 + 0
  store.64 v4 + 8, v7
  v8: i64 = load.u64 v5 + 8
  store.64 v4 + 16, v8`);
  expect(copied).toContain(
    'v7: ptr = ptroff v4 + 8\n  helper @get_current_comm(v7, v6)\n  helper @ringbuf_submit(v4, v3)',
  );
});

test.each([
  ['a part is not copied', '  v7: i64 = load.u64 v5 + 0\n  store.64 v4 + 8, v7'],
  [
    'the parts go apart',
    '  v7: i64 = load.u64 v5 + 0\n  store.64 v4 + 8, v7\n  v8: i64 = load.u64 v5 + 8\n  store.64 v4 + 0, v8',
  ],
  [
    'a part is read twice',
    '  v7: i64 = load.u64 v5 + 0\n  store.64 v4 + 8, v7\n  v8: i64 = load.u64 v5 + 8\n  store.64 v4 + 16, v8\n  store.64 v4 + 0, v8',
  ],
  [
    'the place is written in between',
    '  v7: i64 = load.u64 v5 + 0\n  store.64 v4 + 16, v3\n  store.64 v4 + 8, v7\n  v8: i64 = load.u64 v5 + 8\n  store.64 v4 + 16, v8',
  ],
  [
    'there is a call in between',
    '  v7: i64 = load.u64 v5 + 0\n  v9: i64 = helper @ktime_get_ns()\n  store.64 v4 + 8, v7\n  v8: i64 = load.u64 v5 + 8\n  store.64 v4 + 16, v8',
  ],
])('but not where %s', (_, body) => {
  expect(after(body)).toBe(transform(program(body), []));
});

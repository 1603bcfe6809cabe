import { expect, test } from 'vitest';
import { FuncBuilder } from '../src/ir/builder.ts';
import type { Module } from '../src/ir/ir.ts';
import { testContext } from './test-support.ts';
import { runPasses, selectPasses } from './run.ts';

/** One function of about 11 n instructions: slots, diamonds, an exit with many predecessors. */
function long(n: number): Module {
  const b = new FuncBuilder({ name: 'f', params: ['ptr'], result: 'i32', program: 'f' });
  const slots = Array.from({ length: Math.max(1, n / 10) }, () => b.newSlot(8, 8));
  for (const s of slots) b.zero(b.slotAddr(s), 8, 8);
  const exit = b.newBlock(['i32']);
  for (let i = 0; i < n; i++) {
    const slot = slots[i % slots.length]!;
    const v = b.load('i32', 32, b.slotAddr(slot), 0);
    const read = b.load('i32', 8, b.params[0]!, i % 64);
    const w = b.arith('add', v, read);
    b.store(32, b.slotAddr(slots[(i * 7) % slots.length]!), 0, w);
    const [next, other] = [b.newBlock(), b.newBlock()];
    b.branch(b.compare('icmp.ult', w, b.constant('i32', 100n)), next, other);
    b.switchTo(other);
    if (i % 3 === 0) b.jump(exit, [w]);
    else {
      b.store(32, b.slotAddr(slot), 0, v);
      b.jump(next);
    }
    b.switchTo(next);
  }
  b.jump(exit, [b.constant('i32', 0n)]);
  b.switchTo(exit);
  b.ret(b.param(exit, 0));
  return {
    funcs: [b.finish()],
    programs: [{ name: 'f', section: 'xdp', abortValue: 0n }],
    maps: [],
    globals: [],
    strings: new Map(),
    license: 'GPL',
  };
}

test('a function of 100,000 instructions goes through every SSA pass in seconds', () => {
  const passes = selectPasses(testContext()).filter((p) => p.from === 'ssa' && p.to === 'ssa');
  const { timings } = runPasses({ form: 'ssa', value: long(9000) }, passes, testContext());
  for (const t of timings) expect(t.ms, t.pass).toBeLessThan(8000);
}, 60_000);

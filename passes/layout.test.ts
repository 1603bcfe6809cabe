import { describe, expect, it } from 'vitest';
import { noPos } from '../src/base/source.ts';
import { alu, branch, exit, jump, move } from '../src/bpf/build.ts';
import type { MBlock, MFunc, PReg } from '../src/bpf/minst.ts';
import { slotsOf } from '../src/bpf/operands.ts';
import { randomModule } from '../src/ir/random.ts';
import { layOut } from './layout.ts';
import { observeMachine } from './machine-eval.ts';
import type { Machine } from './pass.ts';
import { runPipeline } from './run.ts';
import { testContext } from './test-support.ts';

const p = (n: number): PReg => n as PReg;

/** The longest 16-bit jump, in slots. */
function longest(func: MFunc<PReg>): number {
  const start = new Map<number, number>();
  let at = 0;
  for (const block of func.blocks) {
    start.set(block.id, at);
    for (const i of block.body) at += slotsOf(i);
  }
  let most = 0;
  at = 0;
  for (const block of func.blocks) {
    for (const i of block.body) {
      at += slotsOf(i);
      if (i.target !== null && i.op !== 'gotol') most = Math.max(most, Math.abs(start.get(i.target)! - at));
    }
  }
  return most;
}

function func(blocks: readonly MBlock<PReg>[]): MFunc<PReg> {
  return {
    name: 'main',
    blocks,
    params: 1,
    slots: [],
    frameSize: 0,
    program: 'main',
    nextReg: 11,
    nextBlock: 1 + Math.max(...blocks.map((b) => b.id)),
    pos: noPos,
  };
}

const block = (id: number, ...body: MBlock<PReg>['body']): MBlock<PReg> => ({ id, body });

describe('layout', () => {
  it('falls through, inverts a branch and keeps one end per constant', () => {
    const done = layOut(
      func([
        block(0, branch(`jeq64_imm`, p(1), 0n, 1, noPos), jump(2, noPos)),
        block(1, jump(3, noPos)),
        block(2, move(p(0), 1n, noPos), exit(p(0), noPos)),
        block(3, move(p(0), 1n, noPos), exit(p(0), noPos)),
      ]),
      { cpu: 'v3', opt: '2', kernel: [5, 15] },
    );
    expect(done.blocks.flatMap((b) => b.body.map((i) => i.op))).toEqual(['mov64_imm', 'exit']);
  });

  it('makes far jumps reach, whatever the instruction set, and changes nothing else', () => {
    for (const cpu of ['v1', 'v2', 'v3', 'v4'] as const) {
      for (let seed = 0; seed < 40; seed++) {
        const module = randomModule(seed, 60);
        const context = testContext({ cpu, sections: false, opt: seed % 2 === 0 ? '0' : '2' });
        const result = runPipeline(module, context, { stopAfter: 'frame' });
        // A fetching atomic below cpu v3 is a user error.
        if (context.diagnostics.failed) continue;
        if (result.form !== 'code') throw new Error('no code');
        const near = 90;
        const value: Machine<PReg> = {
          ...result.value,
          funcs: result.value.funcs.map((f) => layOut(f, context.target, near)),
        };
        for (const f of value.funcs) expect(longest(f)).toBeLessThanOrEqual(near);
        const args = [BigInt(seed)];
        expect(observeMachine(value, 'main', args).text).toBe(
          observeMachine(result.value, 'main', args).text,
        );
      }
    }
  });

  it('lays out functions of more than 32k instructions', () => {
    const filler = Array.from({ length: 40_000 }, (_, k) => move(p(2), BigInt(k), noPos));
    for (const cpu of ['v1', 'v3', 'v4'] as const) {
      const done = layOut(
        func([
          block(0, branch('jset64_imm', p(1), 4n, 2, noPos), jump(1, noPos)),
          block(1, ...filler, branch('jgt64_imm', p(1), 7n, 0, noPos), jump(3, noPos)),
          block(2, ...filler, move(p(0), 7n, noPos), exit(p(0), noPos)),
          block(3, move(p(0), 8n, noPos), exit(p(0), noPos)),
        ]),
        { cpu, opt: '2', kernel: [5, 15] },
      );
      expect(longest(done)).toBeLessThanOrEqual(32767);
      expect(done.blocks.every((b) => b.body.length > 0)).toBe(true);
    }
  });

  it('turns loops only for kernels that take a loop closed by falling through', () => {
    const loop = func([
      block(0, move(p(0), 0n, noPos), jump(1, noPos)),
      block(1, branch('jge64_imm', p(0), 9n, 3, noPos), jump(2, noPos)),
      block(2, alu('add64_imm', p(0), 1n, noPos), jump(1, noPos)),
      block(3, exit(p(0), noPos)),
    ]);
    const order = (kernel: readonly [number, number]): readonly number[] =>
      layOut(loop, { cpu: 'v3', opt: '2', kernel }).blocks.map((b) => b.id);
    expect(order([6, 7])).toEqual([0, 1, 2, 3]);
    expect(order([6, 8])).toEqual([0, 2, 1, 3]);
  });
});

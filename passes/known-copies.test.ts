import { expect, test } from 'vitest';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import type { PReg } from '../src/bpf/minst.ts';
import { isPhysical, parseMCode } from '../src/bpf/parse.ts';
import { type Random, randomOf } from '../src/ir/random.ts';
import { knownCopies } from './known-copies.ts';
import { observeMachine } from './machine-eval.ts';
import type { Machine } from './pass.ts';
import { moduleOf, testContext } from './test-support.ts';

const module = moduleOf('license "GPL"\n');

/** A random instruction over R0–R5 and two slots, mostly moves between them. */
function randomLine(r: Random): string {
  const a = r.below(6);
  const b = r.below(6);
  const slot = `*(u64 *)(r10 + s${r.below(2)}+0)`;
  switch (r.below(9)) {
    case 0:
    case 1:
      return `r${a} = r${b}`;
    case 2:
    case 3:
      return `${slot} = r${a}`;
    case 4:
    case 5:
      return `r${a} = ${slot}`;
    case 6:
      return `r${a} += r${b}`;
    case 7:
      return `w${a} = w${b}`;
    default:
      return `*(u32 *)(r10 + s0+${r.below(2) * 4}) = r${a}`;
  }
}

/** Six blocks that go on to later ones. */
function randomCode(seed: number): Machine<PReg> {
  const r = randomOf(seed);
  const blocks = Array.from({ length: 6 }, (_, at) => {
    const lines = Array.from({ length: 2 + r.below(8) }, () => randomLine(r));
    const later = (): number => at + 1 + r.below(5 - at);
    const end =
      at === 5
        ? ['r0 += r1', 'r0 += r2', 'r0 += r3', 'exit r0']
        : [`if r${r.below(6)} s> r${r.below(6)} goto b${later()}`, `goto b${later()}`];
    return `b${at}:\n  ${[...lines, ...end].join('\n  ')}\n`;
  });
  const start = [2, 3, 4, 5].map((n) => `  r${n} = ${n * 3}\n`).join('');
  const slots = '  *(u64 *)(r10 + s0+0) = r1\n  *(u64 *)(r10 + s1+0) = r2\n';
  const text = `func @main(1) next v11 b6 {
  slot s0 8 align 8 ""
  slot s1 8 align 8 ""
${blocks.join('').replace('b0:\n', `b0:\n  r0 = 1\n${start}${slots}`)}}
`;
  const code = parseMCode(sourceFile(0, 'test.mir', text), new Diagnostics());
  if (code === null || !isPhysical(code)) throw new Error(text);
  return { module, funcs: code.funcs };
}

const length = ({ funcs }: Machine<PReg>): number =>
  funcs.reduce((sum, f) => sum + f.blocks.reduce((n, b) => n + b.body.length, 0), 0);

test('random moves between registers and slots end with the same sum, in fewer instructions', () => {
  let saved = 0;
  for (let seed = 0; seed < 300; seed++) {
    const before = randomCode(seed);
    const after = knownCopies.run(before, testContext());
    saved += length(before) - length(after);
    for (const n of [0n, 1n << 33n, -5n])
      expect(observeMachine(after, 'main', [n]).text, `seed ${seed}`).toBe(
        observeMachine(before, 'main', [n]).text,
      );
  }
  expect(saved).toBeGreaterThan(1000);
});

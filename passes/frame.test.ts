import { describe, expect, it } from 'vitest';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import type { MFunc, PReg } from '../src/bpf/minst.ts';
import { isPhysical, parseMCode } from '../src/bpf/parse.ts';
import { frame } from './frame.ts';
import { moduleOf, testContext } from './test-support.ts';

const module = moduleOf('license "GPL"\n');

function run(text: string): {
  readonly funcs: readonly MFunc<PReg>[];
  readonly codes: readonly string[];
  readonly help: string;
} {
  const diagnostics = new Diagnostics();
  const code = parseMCode(sourceFile(0, 'test.mir', text.replaceAll(') {', ') next v11 b1 {')), diagnostics);
  if (code === null || !isPhysical(code)) throw new Error(JSON.stringify(diagnostics.list));
  const context = testContext();
  const { funcs } = frame.run({ module, funcs: code.funcs }, context);
  const list = context.diagnostics.list;
  return { funcs, codes: list.map((d) => d.code), help: list.map((d) => `${d.message} ${d.help}`).join() };
}

const offsets = (func: MFunc<PReg>): number[] =>
  func.blocks.flatMap((b) => b.body.flatMap((i) => (i.dst === 10 ? [i.off] : [])));

describe('frame', () => {
  it('gives slots that are never live together one place, also when a helper uses them', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 4 align 4 "a"
  slot s1 8 align 8 "b"
b0:
  *(u32 *)(r10 + s0+0) = 1
  r1 = r10
  r1 += s0+0
  call ktime_get_ns#5(r1)
  *(u64 *)(r10 + s1+0) = 2
  r1 = r10
  r1 += s1+0
  call ktime_get_ns#5(r1)
  r0 = 0
  exit r0
}
`);
    expect(funcs[0]!.frameSize).toBe(8);
  });

  it('keeps apart what is live together, be it through a copied or spilled pointer', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 8 align 8 "a"
  slot s1 8 align 8 "b"
  slot s2 8 align 8 "pointer"
b0:
  *(u64 *)(r10 + s0+0) = 1
  r1 = r10
  r1 += s0+0
  *(u64 *)(r10 + s2+0) = r1
  *(u64 *)(r10 + s1+0) = 2
  r2 = r10
  r2 += s1+0
  call ktime_get_ns#5(r2)
  r3 = *(u64 *)(r10 + s2+0)
  r0 = *(u64 *)(r3 + 0)
  exit r0
}
`);
    const [a, pointer, b] = offsets(funcs[0]!);
    expect(new Set([a, pointer, b]).size).toBe(3);
    expect(funcs[0]!.frameSize).toBe(24);
  });

  it('follows single bytes: a half written after the other half was read may not move in', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 8 align 8 "a"
  slot s1 4 align 4 "b"
b0:
  *(u32 *)(r10 + s0+0) = 1
  *(u32 *)(r10 + s1+0) = 2
  *(u32 *)(r10 + s0+4) = 3
  r1 = *(u64 *)(r10 + s0+0)
  r0 = *(u32 *)(r10 + s1+0)
  exit r0
}
`);
    expect(funcs[0]!.frameSize).toBe(16);
  });

  it('leaves out what nothing uses, and aligns', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 400 align 8 "unused"
  slot s1 1 align 1 "flag"
  slot s2 8 align 8 "x"
b0:
  *(u8 *)(r10 + s1+0) = 1
  *(u64 *)(r10 + s2+0) = 2
  r0 = *(u8 *)(r10 + s1+0)
  r1 = *(u64 *)(r10 + s2+0)
  exit r0
}
`);
    expect(funcs[0]!.frameSize).toBe(16);
    expect(offsets(funcs[0]!).every((off) => off >= -16)).toBe(true);
  });

  const big = (name: string, size: number, callee: string): string => `func @${name}(1) {
  slot s0 ${size} align 8 "${name}Buffer"
b0:
  r1 = r10
  r1 += s0+0
  call ${callee}
  r0 = 0
  exit r0
}
`;

  it('adds up the frames of a chain of calls, and names the variables', () => {
    const leaf = 'ktime_get_ns#5(r1)';
    expect(run(big('main', 512, leaf)).codes).toEqual([]);
    const alone = run(big('main', 520, leaf));
    expect(alone.codes).toEqual(['stack-too-large']);
    expect(alone.help).toContain('mainBuffer (520 bytes)');
    const chain = run(big('main', 300, '@sub(r1)') + big('sub', 240, leaf));
    expect(chain.codes).toEqual(['stack-too-large']);
    expect(chain.help).toContain('main → sub');
    expect(chain.help).toContain('subBuffer (240 bytes)');
    expect(run(big('main', 256, '@sub(r1)') + big('sub', 240, leaf)).codes).toEqual([]);
  });

  it('allows 256 bytes above a subprogram that can tail-call', () => {
    const tail = 'tail_call#12(r1)';
    expect(run(big('main', 256, '@sub(r1)') + big('sub', 8, tail)).codes).toEqual([]);
    expect(run(big('main', 264, '@sub(r1)') + big('sub', 8, tail)).codes).toEqual(['stack-too-large']);
  });
});

describe('objects with addresses', () => {
  it('keeps apart objects whose addresses are compared', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 8 align 8 "a"
  slot s1 8 align 8 "b"
b0:
  *(u64 *)(r10 + s0+0) = 1
  *(u64 *)(r10 + s1+0) = 1
  r1 = r10
  r1 += s0+0
  r2 = r10
  r2 += s1+0
  if r1 == r2 goto b1
  goto b1
b1:
  r0 = 0
  exit r0
}
`);
    expect(funcs[0]!.frameSize).toBe(16);
  });

  it('keeps what a function finds through a pointer in memory', () => {
    const { funcs } = run(`func @main(1) {
  slot s0 1 align 1 "pointed to"
  slot s1 8 align 8 "pointer"
b0:
  *(u8 *)(r10 + s0+0) = 1
  r1 = r10
  r1 += s0+0
  *(u64 *)(r10 + s1+0) = r1
  r1 = r10
  r1 += s1+0
  call @callee(r1)
  r0 = 0
  exit r0
}

func @callee(1) {
b0:
  r0 = 0
  exit r0
}
`);
    expect(funcs[0]!.frameSize).toBe(16);
  });
});

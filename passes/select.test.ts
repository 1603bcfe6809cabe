import { expect, test } from 'vitest';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import { printMCode } from '../src/bpf/text.ts';
import { parseModule } from '../src/ir/parse.ts';
import type { Target } from './pass.ts';
import { select } from './select.ts';

const store = `license "GPL"
program @Main section "syscall" abort 0

func @Main(v0: ptr) -> i32 program @Main {
  slot s0 8 align 8 "x"
b0:
  v1: i64 = const 7
  v2: ptr = ptroff v0 + 8
  v3: ptr = slotaddr s0
  v4: i32 = load.u32 v0 + 0
  branch v4, b1(v2), b1(v3)
b1(v5: ptr):
  store.64 v5 + 0, v1
  store.64 v3 + 0, v1
  store.64 v0 + 16, v1
  return v4
}
`;

function selected(kernel: Target['kernel']): string {
  const diagnostics = new Diagnostics();
  const module = parseModule(sourceFile(0, 'x.ir', store), diagnostics);
  if (module === null) throw new Error(JSON.stringify(diagnostics.list));
  const target = { cpu: 'v3', endian: 'little', arch: 'x86_64', kernel, opt: '2', sections: false } as const;
  return printMCode(select.run(module, { target, diagnostics, files: [] }));
}

test('kernels before 6.4 get no constant stored to a context, wherever the pointer comes from', () => {
  const constants = (text: string): number => [...text.matchAll(/\*\(u64 \*\)\(.*\) = 7/g)].length;
  expect(constants(selected([5, 15]))).toBe(1);
  expect(constants(selected([6, 4]))).toBe(3);
});

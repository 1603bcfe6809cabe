/** Faults with registers and the way to them; single steps. */

import { describe, expect, it } from 'vitest';
import { must } from '../base/assert.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import { parseMCode } from '../bpf/parse.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import { createVm, type Vm, type VmOptions, type VmOutcome } from './machine.ts';

function machine(text: string, more: Partial<VmOptions> = {}): Vm {
  const diagnostics = new Diagnostics();
  const code = must(parseMCode(sourceFile(0, 't.mir', text), diagnostics), 'code');
  expect(diagnostics.list).toEqual([]);
  const funcs = code.funcs as readonly MFunc<PReg>[];
  return createVm({ funcs, module: { maps: [], globals: [] }, helpers: testHelpers({ log: [] }), ...more });
}

/** `func op depth r0` of every step, and the end. */
function walk(vm: Vm, name: string, args: readonly bigint[]): readonly [readonly string[], VmOutcome] {
  const lines: string[] = [];
  const steps = vm.steps(name, args);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return [lines, step.value];
    const { func, inst, depth, registers } = step.value;
    lines.push(`${func} ${inst.op} ${depth} ${registers[0]}`);
  }
}

const branches = `
func @main(1) frame 0 next v11 b3 {
b0:
  r0 = 7
  r6 = -1
  if r1 == 1 goto b2
b1:
  r0 = *(u8 *)(r1 + 9)
  exit
b2:
  r2 = *(u8 *)(r10 - 8)
  exit
}
`;

describe('faults', () => {
  it('tell the registers and the last instructions', () => {
    const vm = machine(branches);
    const outcome = vm.run('main', [vm.memory.allocate('context', 8)]);
    expect(outcome).toMatchObject({ kind: 'fault', func: 'main' });
    if (outcome.kind !== 'fault') return;
    expect(outcome.registers[0]).toBe(7n);
    expect(outcome.registers[6]).toBe(2n ** 64n - 1n);
    expect(outcome.trail.map((place) => place.inst.op)).toEqual([
      'mov64_imm',
      'mov64_imm',
      'jeq64_imm',
      'ldx_u8',
    ]);
  });

  it('a stack byte that was never written', () => {
    expect(machine(branches).run('main', [1n])).toMatchObject({
      kind: 'fault',
      message: 'the stack + 504 is read before it is written',
    });
  });
});

describe('single steps', () => {
  it('give the same end as running', () => {
    const vm = machine(branches);
    const [steps, outcome] = walk(vm, 'main', [1n]);
    expect(steps).toEqual([
      'main mov64_imm 0 0',
      'main mov64_imm 0 7',
      'main jeq64_imm 0 7',
      'main ldx_u8 0 7',
    ]);
    expect(outcome).toEqual(vm.run('main', [1n]));
  });

  const calls = `
func @main(1) frame 0 next v11 b1 {
b0:
  r6 = r1
  call @double(r1)
  r1 = 2
  r2 = func add ll
  r3 = r6
  r4 = 0
  call loop#181(r1, r2, r3, r4)
  exit
}
func @double(1) frame 0 next v11 b1 {
b0:
  r0 = *(u64 *)(r1 + 0)
  r0 += r0
  *(u64 *)(r1 + 0) = r0
  exit
}
func @add(2) frame 0 next v11 b1 {
b0:
  r3 = *(u64 *)(r2 + 0)
  r3 += 5
  *(u64 *)(r2 + 0) = r3
  r0 = 0
  exit
}
`;

  it('go into calls and callbacks', () => {
    const vm = machine(calls);
    const bytes = new Uint8Array(8).fill(0);
    bytes[0] = 3;
    const [steps, outcome] = walk(vm, 'main', [vm.memory.allocate('context', bytes)]);
    expect(outcome).toEqual({ kind: 'return', value: 2n });
    expect(bytes[0]).toBe(16);
    expect(steps.filter((step) => step.startsWith('double')).length).toBe(4);
    expect(steps.filter((step) => step.startsWith('add')).length).toBe(10);
    expect(steps.find((step) => step.startsWith('add'))).toContain(' 1 ');
  });
});

describe('sign-extending moves', () => {
  const moved = (inst: string, value: bigint): bigint => {
    const text = `func @main(1) frame 0 next v11 b1 {\nb0:\n  r0 = 0\n  ${inst}\n  exit\n}\n`;
    const outcome = machine(text).run('main', [value]);
    return outcome.kind === 'return' ? BigInt.asUintN(64, outcome.value) : -1n;
  };

  it.each([
    ['r0 = (s8)r1', 0xff80n, 0xffff_ffff_ffff_ff80n],
    ['r0 = (s16)r1', 0x1_8000n, 0xffff_ffff_ffff_8000n],
    ['r0 = (s32)r1', 0x8000_0000n, 0xffff_ffff_8000_0000n],
    ['w0 = (s8)w1', 0xff80n, 0xffff_ff80n],
    ['w0 = (s16)w1', 0x1_8000n, 0xffff_8000n],
    ['w0 = (s8)w1', 0x17fn, 0x7fn],
  ])('%s of %d', (inst, value, result) => {
    expect(moved(inst, value)).toBe(result);
  });
});

import { expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { type Btf, readBtf } from '../object/btf-read.ts';
import { BtfBuilder } from '../object/btf.ts';
import { kernelStructs } from './go-kernel.ts';

/** struct task { pid, comm, parent, flags:3, union { unnamed: weight }, dev } and struct device { port }. */
function types(): Btf {
  const btf = new BtfBuilder();
  const int = (name: string, size: number, encoding: 'unsigned' | 'signed' | 'char') =>
    btf.add({ kind: 'int', name, size, encoding, bits: size * 8, offset: 0 });
  const [i32, u16, char] = [
    int('int', 4, 'signed'),
    int('unsigned short', 2, 'unsigned'),
    int('char', 1, 'char'),
  ];
  const be16 = btf.add({ kind: 'typedef', name: '__be16', type: u16 });
  const comm = btf.add({ kind: 'array', element: char, index: i32, count: 16 });
  const member = (name: string, type: number, bitOffset: number, bitSize = 0) => ({
    name,
    type,
    bitOffset,
    bitSize,
  });
  const weight = btf.add({ kind: 'union', name: '', size: 4, members: [member('weight', i32, 0)] });
  const device = btf.add({ kind: 'struct', name: 'device', size: 2, members: [member('port', be16, 0)] });
  const pointer = btf.add({ kind: 'ptr', type: device });
  const members = [
    member('pid', i32, 0),
    member('comm', comm, 32),
    member('flags', i32, 160, 3),
    member('', weight, 192),
    member('__dev', pointer, 256),
    member('own', device, 320),
  ];
  btf.add({ kind: 'struct', name: 'task', size: 48, members });
  return readBtf(btf.encode('little'));
}

test('chosen fields, through pointers and unnamed unions', () => {
  expect(
    kernelStructs(types(), ['task.__dev.port', 'task.weight'], 'kernel'),
  ).toBe(`// Package kernel describes what is read of the kernel: partial structs, whose offsets the loader finds in the
// running kernel's types.
package kernel

import "bpfc/sdk/bpf"

// Task is what is read of the kernel's struct task.
//
//bpf:core task
type Task struct {
	Dev    *Device \`btf:"__dev"\`
	Weight int32   \`btf:"weight"\`
}

// Device is what is read of the kernel's struct device.
//
//bpf:core device
type Device struct {
	Port bpf.Be16 \`btf:"port"\`
}
`);
});

test('a struct alone has all fields that Go can hold', () => {
  const text = kernelStructs(types(), ['task'], 'k');
  expect([...text.matchAll(/btf:"(\w+)"/g)].map((m) => m[1])).toEqual(['pid', 'comm', 'weight', '__dev']);
  expect(text).toContain('Comm   [16]uint8');
  expect(text).toContain('Dev    uintptr');
});

test('what is written compiles', () => {
  const text = kernelStructs(types(), ['task.pid', 'task.own'], 'k').replace('import "bpfc/sdk/bpf"', '');
  const program = `${text.replace('package k', 'package k\n\nimport "bpfc/sdk/bpf"')}
//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 { return bpf.CurrentTask[Task]().Pid }
`;
  const { diagnostics } = compile({ files: [{ name: 'k.go', text: program }], options: { emit: 'object' } });
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
});

test('what is not there', () => {
  expect(() => kernelStructs(types(), ['tusk'], 'k')).toThrow('there is no struct tusk; did you mean task?');
  expect(() => kernelStructs(types(), ['task.pod'], 'k')).toThrow('task has no field pod; did you mean pid?');
  expect(() => kernelStructs(types(), ['task.pid.x'], 'k')).toThrow('task.pid holds no struct');
});

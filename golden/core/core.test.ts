/**
 * CO-RE: one object against two sets of types, the running kernel's and a made-up one whose task_struct has its
 * members elsewhere, has a member that kernels gave up, lacks the one that they have instead, and has wide and signed
 * bit fields. Three resolvers write the relocations: libbpf's, cilium/ebpf's and ours. Run, the program tells the pid,
 * the tgid, the parent and the name of the very thread that runs it.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../src/base/assert.ts';
import { compile } from '../../src/compile.ts';
import { hostBtf } from '../../src/kernel/host-btf.ts';
import { lookup } from '../../src/kernel/map.ts';
import { loadObject } from '../../src/kernel/object.ts';
import { runProgram } from '../../src/kernel/program.ts';
import { type BpfObject, type ObjectProgram, readBpfObject } from '../../src/object/bpf-object.ts';
import { type BtfMember, BtfBuilder } from '../../src/object/btf.ts';
import { type Btf, readBtf } from '../../src/object/btf-read.ts';
import { applyCore, resolveCore } from '../../src/object/core.ts';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { kernelSystem, requires } from '../requires.ts';

const here = import.meta.dirname;
const present = await requires('kernel', 'go', 'libbpf');

function objectOf(): { readonly bytes: Uint8Array; readonly object: BpfObject } {
  const text = readFileSync(join(here, 'core.go'), 'utf8');
  const { artifact, diagnostics } = compile({
    files: [{ name: 'core.go', text }],
    options: { emit: 'object' },
  });
  if (!(artifact instanceof Uint8Array)) throw new Error(diagnostics.map((d) => d.message).join('; '));
  return { bytes: artifact, object: readBpfObject(artifact) };
}

const { bytes, object } = objectOf();

/** Where things are in the made-up task_struct, in bytes or bits. */
const madeUp = {
  state: 16,
  pid: 100,
  /** In a struct without name at 192. */
  tgid: 204,
  parent: 320,
  comm: 400,
  execve: { bit: 483, bits: 3 },
  /** Of type int. */
  level: { bit: 3877, bits: 9 },
  ringbuf: 99n,
  absentSize: 24,
} as const;

function madeUpTypes(): Uint8Array {
  const btf = new BtfBuilder();
  const int = (name: string, size: number, encoding: 'signed' | 'unsigned' | 'char') =>
    btf.add({ kind: 'int', name, size, encoding, bits: 8 * size, offset: 0 });
  const i32 = int('int', 4, 'signed');
  const u32 = int('unsigned int', 4, 'unsigned');
  const i64 = int('long int', 8, 'signed');
  const char = int('char', 1, 'char');
  const comm = btf.add({ kind: 'array', element: char, index: u32, count: 16 });
  const at = (name: string, type: number, offset: number): BtfMember => ({
    name,
    type,
    bitOffset: 8 * offset,
    bitSize: 0,
  });
  const bits = (name: string, type: number, { bit, bits }: { bit: number; bits: number }): BtfMember => ({
    name,
    type,
    bitOffset: bit,
    bitSize: bits,
  });
  const inner = btf.add({
    kind: 'struct',
    name: '',
    size: 16,
    members: [at('tgid', i32, madeUp.tgid - 192)],
  });
  btf.recursive('task', (self) => ({
    kind: 'struct',
    name: 'task_struct',
    size: 512,
    members: [
      at('state', i64, madeUp.state),
      at('pid', i32, madeUp.pid),
      at('', inner, 192),
      at('real_parent', btf.add({ kind: 'ptr', type: self }), madeUp.parent),
      at('comm', comm, madeUp.comm),
      bits('level', i32, madeUp.level),
      bits('in_execve', u32, madeUp.execve),
    ],
  }));
  btf.add({ kind: 'struct', name: 'bpfc_absent', size: madeUp.absentSize, members: [at('a', i64, 8)] });
  btf.add({
    kind: 'enum',
    name: 'bpf_map_type',
    size: 4,
    signed: false,
    values: [{ name: 'BPF_MAP_TYPE_RINGBUF', value: madeUp.ringbuf }],
  });
  return btf.encode('little');
}

/** What the relocations of the made-up types are, by what they ask. null: there is no such thing. */
const bitsOf = ({ bit, bits }: { readonly bit: number; readonly bits: number }, bytes: number) => {
  const offset = Math.floor(bit / 8 / bytes) * bytes;
  return { offset, bytes, left: 64 - (bit - 8 * offset) - bits, right: 64 - bits };
};
const execve = bitsOf(madeUp.execve, 4);
const level = bitsOf(madeUp.level, 4);
const expected: Readonly<Record<string, number | bigint | null>> = {
  'pid field-offset': madeUp.pid,
  'pid field-size': 4,
  'tgid field-offset': madeUp.tgid,
  'real_parent field-offset': madeUp.parent,
  'comm field-offset': madeUp.comm,
  'in_execve field-offset': execve.offset,
  'in_execve field-size': execve.bytes,
  'in_execve field-lshift': execve.left,
  'in_execve field-rshift': execve.right,
  'in_execve field-signed': 0,
  'state field-exists': 1,
  'state field-offset': madeUp.state,
  'level field-exists': 1,
  'level field-offset': level.offset,
  'level field-size': level.bytes,
  'level field-lshift': level.left,
  'level field-rshift': level.right,
  'level field-signed': 1,
  '__state field-offset': null,
  'bpfc_absent type-exists': 1,
  'bpfc_absent type-size': madeUp.absentSize,
  'bpf_map_type enumval-exists': 1,
  'bpf_map_type enumval-value': madeUp.ringbuf,
};

/** `in_execve field-size`. */
function question(local: Btf, { type, access, kind }: ObjectProgram['core'][number]): string {
  const struct = local.types[type];
  const name = struct !== null && struct !== undefined && 'name' in struct ? struct.name : '';
  if (!kind.startsWith('field-') || (struct?.kind !== 'struct' && struct?.kind !== 'union'))
    return `${name} ${kind}`;
  return `${struct.members[Number(access.split(':')[1])]?.name} ${kind}`;
}

const programOf = (name: string): ObjectProgram =>
  must(
    object.programs.find((p) => p.name === name),
    `a program ${name}`,
  );

/** Relocated instructions by slot; what has no meaning there reads `none`, however a library says so. */
type Patched = readonly (readonly [slot: number, code: string])[];

const poison = '1023ad0b';
const shown = (code: string): string => (code.includes(poison) ? 'none' : code);

/** The size of a type that there is not: cilium/ebpf leaves none, the others 0. Nothing gets there. */
const sizeOfAbsent = (program: ObjectProgram, patched: Patched): Patched => {
  const slots = program.core.filter(({ kind }) => kind === 'type-size').map(({ slot }) => slot);
  return patched.map(([slot, code]) =>
    slots.includes(slot) && /^1801(00)+$/.test(code) ? [slot, 'none'] : [slot, code],
  );
};
const wide = 0x18;

function patchedOf(program: ObjectProgram, code: Uint8Array): Patched {
  return program.core.map(({ slot }) => {
    const size = program.code[8 * slot] === wide ? 16 : 8;
    return [slot, shown(Buffer.from(code.subarray(8 * slot, 8 * slot + size)).toString('hex'))] as const;
  });
}

function ours(program: ObjectProgram, target: Btf): Patched {
  const code = Uint8Array.from(program.code);
  const local = must(object.btf, 'types');
  for (const request of program.core)
    applyCore(code, request.slot, request.kind, resolveCore(local, target, request), true);
  return patchedOf(program, code);
}

test('ours finds in made-up types what is there', () => {
  const target = readBtf(madeUpTypes());
  const local = must(object.btf, 'types');
  const asked = object.programs.flatMap((p) => p.core);
  for (const request of asked) {
    const { value, found } = resolveCore(local, target, request);
    const name = question(local, request);
    expect([name, found ? value : null]).toEqual([
      name,
      expected[name] === null ? null : BigInt(must(expected[name], name)),
    ]);
  }
  expect(new Set(asked.map((request) => question(local, request)))).toEqual(new Set(Object.keys(expected)));
});

interface Status {
  readonly pid: number;
  readonly tgid: number;
  readonly ppid: number;
  readonly comm: string;
}

/** /proc/thread-self/status. */
function statusOf(text: string): Status {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    pid: Number(field('Pid')),
    tgid: Number(field('Tgid')),
    ppid: Number(field('PPid')),
    comm: field('Name'),
  };
}

/** The variable Found. */
function foundOf(
  value: Uint8Array,
): Status & { readonly ringbuf: number; readonly pidSize: number; readonly hasOld: number } {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const [comm = ''] = Buffer.from(value.subarray(48, 64)).toString().split('\0');
  return {
    pid: view.getInt32(0, true),
    tgid: view.getInt32(4, true),
    ppid: view.getInt32(8, true),
    hasOld: view.getUint32(12, true),
    ringbuf: view.getUint32(36, true),
    pidSize: view.getUint32(40, true),
    comm,
  };
}

/** What holds of every thread of this kernel. */
const ofKernel = { hasOld: 0, ringbuf: 27, pidSize: 4 };

test('a bit field across words is read from a word of twice the size, one across 64 bits not at all', () => {
  const local = must(object.btf, 'types');
  const sized = (bit: number) => {
    const btf = new BtfBuilder();
    const type = btf.add({ kind: 'int', name: 'int', size: 4, encoding: 'signed', bits: 32, offset: 0 });
    const members = [{ name: 'level', type, bitOffset: bit, bitSize: 20 }];
    btf.add({ kind: 'struct', name: 'task_struct', size: 64, members });
    const target = readBtf(btf.encode('little'));
    const asked = programOf('Read').core.filter((request) => question(local, request).startsWith('level '));
    return asked.map((request) => `${request.kind} ${resolveCore(local, target, request).value}`);
  };
  expect(sized(20)).toContain('field-size 8');
  expect(sized(20)).toContain('field-lshift 24');
  expect(() => sized(50)).toThrow('more than 8 bytes');
});

describe.skipIf(!present)('three resolvers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-core-'));
  const file = (name: string): string => join(folder, name);
  let go: GoFolder;

  beforeAll(() => {
    writeFileSync(file('core.o'), bytes);
    writeFileSync(file('types.btf'), madeUpTypes());
    execFileSync('cc', ['-O1', '-Wall', '-Werror', '-o', file('libbpf'), join(here, 'resolver.c'), '-lbpf']);
    go = goFolder('resolver');
    go.write('main.go', readFileSync(join(here, 'resolver.go.txt'), 'utf8'));
    go.go('build', '-o', file('cilium'), '.');
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
    go.remove();
  });

  const run = (tool: 'libbpf' | 'cilium', ...args: readonly string[]): string =>
    execFileSync(file(tool), [file('core.o'), ...args], { encoding: 'utf8', cwd: folder });
  const line = (output: string, title: string): Uint8Array =>
    new Uint8Array(Buffer.from(new RegExp(`^${title} (.*)$`, 'm').exec(output)?.[1] ?? '', 'hex'));

  const patched = {
    libbpf: (program: ObjectProgram, types: string): Patched =>
      patchedOf(program, line(run('libbpf', program.name, types), 'code')),
    cilium: (program: ObjectProgram, types: string): Patched =>
      [...run('cilium', program.name, types).matchAll(/^(\d+) ([0-9a-f]+)$/gm)].map(
        ([, slot, code]) => [Number(slot), shown(code ?? '')] as const,
      ),
  };

  const names = ['Read', 'Probed'] as const;
  const libraries = ['libbpf', 'cilium'] as const;

  test.each(names.flatMap((name) => libraries.map((library) => [name, library] as const)))(
    '%s is relocated alike by %s',
    (name, library) => {
      const program = programOf(name);
      const inKernel = ours(program, hostBtf());
      const wanted = library === 'cilium' ? sizeOfAbsent(program, inKernel) : inKernel;
      expect(patched[library](program, '-')).toEqual(wanted);
      const made = readBtf(readFileSync(file('types.btf')));
      expect(patched[library](program, file('types.btf'))).toEqual(ours(program, made));
    },
  );

  test.each(libraries)('%s loads what reads by helpers with either types', (library) => {
    run(library, 'Probed', '-', 'load');
    run(library, 'Probed', file('types.btf'), 'load');
  });

  test.each(libraries)('run by %s it tells the true pid, tgid, parent and name', (library) => {
    const output = run(library, 'Read', '-', 'run');
    const status = statusOf(Buffer.from(line(output, 'status')).toString());
    expect(status.comm).toBe(library);
    expect(foundOf(line(output, 'found'))).toEqual({ ...status, ...ofKernel });
  });

  test('run by ours it tells the true pid, tgid, parent and name', async () => {
    const system = await kernelSystem();
    const loaded = loadObject(system, object, { only: ['Read'] });
    try {
      const program = must(loaded.programs.get('Read'), 'the program');
      if (!program.ok) throw new Error(program.log);
      runProgram(system, program.fd, 17, { context: new Uint8Array(16) });
      const { fd, map } = must(loaded.maps.get('.bss'), 'the variables');
      const value = must(lookup(system, fd, new Uint8Array(4), map.valueSize), 'a value');
      const status = statusOf(readFileSync('/proc/thread-self/status', 'utf8'));
      expect(status.tgid).toBe(process.pid);
      expect(foundOf(value)).toEqual({ ...status, ...ofKernel });
    } finally {
      loaded.close();
    }
  });
});

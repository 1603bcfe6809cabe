/**
 * Generated Go programs of every attach kind: gofmt-clean, vet-clean, and they build; as commands and as libraries, from
 * instructions and with an embedded object.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { requires } from '../requires.ts';
import type { Machine } from '../../passes/pass.ts';
import type { TMap, TProgram } from '../../src/ast/typed.ts';
import type { Type } from '../../src/ast/types.ts';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { sourceFile } from '../../src/base/source.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { isPhysical, parseMCode } from '../../src/bpf/parse.ts';
import { type AttachKind, isAttachKind, programs } from '../../src/bpf/programs.ts';
import type { MapDecl } from '../../src/ir/ir.ts';
import { emitObject } from '../../src/emit/object.ts';
import { emitGoProgram } from '../../src/emit/goprogram.ts';

const code = `func @prog(1) program prog frame 0 next v11 b1 !1:1 {
b0:
  r0 = 1
  exit r0
}
`;

const u8: Type = { kind: 'basic', name: 'uint8' };
const u64: Type = { kind: 'basic', name: 'uint64' };
const event: Type = {
  kind: 'named',
  pkg: 'x',
  name: 'event',
  typeArgs: [],
  origin: null,
  underlying: {
    kind: 'struct',
    fields: [
      { name: 'on', type: { kind: 'basic', name: 'bool' }, embedded: false, tag: null },
      { name: 'at', type: u64, embedded: false, tag: null },
      { name: 'comm', type: { kind: 'array', length: 16, elem: u8 }, embedded: false, tag: null },
      { name: '_', type: u8, embedded: false, tag: null },
      { name: 'pid', type: { kind: 'basic', name: 'int' }, embedded: false, tag: null },
      { name: 'cpu', type: { kind: 'basic', name: 'int16' }, embedded: false, tag: null },
    ],
  },
};

const map = (name: string, type: string, sizes: Partial<MapDecl>): MapDecl => ({
  name,
  type,
  keySize: 0,
  valueSize: 0,
  maxEntries: 4096,
  flags: 0,
  pin: false,
  ...sizes,
});

const maps: readonly MapDecl[] = [
  map('events', 'ringbuf', {}),
  map('samples', 'perf_event_array', { keySize: 4, valueSize: 4, maxEntries: 0 }),
  map('totals', 'percpu_hash', { keySize: 48, valueSize: 8 }),
  map('sockets', 'sockmap', { keySize: 4, valueSize: 4, maxEntries: 2 }),
];

const noSpan = { file: 0, start: 0, end: 0 };
const typedMap = (name: string, mapType: string, typeArgs: readonly Type[]): TMap => ({
  kind: 'map',
  name,
  pkg: 'x',
  span: noSpan,
  mapType,
  goMap: false,
  typeArgs,
  options: new Map(),
  initial: new Map(),
  type: u64,
});

const typed: TProgram = {
  path: 'x',
  name: 'x',
  funcs: [],
  globals: [],
  maps: [
    typedMap('events', 'RingBuf', [event]),
    typedMap('samples', 'PerfEventArray', [u64]),
    typedMap('totals', 'PerCPUHashMap', [event, u64]),
    typedMap('sockets', 'SockMap', []),
  ],
  entries: [],
  license: 'GPL',
  targetKernel: null,
};

const targets: Partial<Readonly<Record<AttachKind, string>>> = {
  tracepoint: 'syscalls/sys_enter_openat',
  tp: 'syscalls/sys_enter_openat',
  uprobe: '/bin/bash:readline',
  uretprobe: '/bin/bash:readline',
  iter: 'task',
};

const kinds = Object.keys(programs).filter(isAttachKind);

function sectionOf(kind: AttachKind): string {
  const target = targets[kind] ?? (programs[kind].target === 'required' ? 'vfs_open' : '');
  return target === '' ? kind : `${kind}/${target}`;
}

function machine(section: string): Machine<PReg> {
  const parsed = parseMCode(sourceFile(0, 'x.mir', code), new Diagnostics());
  if (parsed === null || !isPhysical(parsed)) throw new Error('the code does not read');
  const module = {
    funcs: [],
    programs: [{ name: 'prog', section, abortValue: 0n }],
    maps,
    globals: [],
    strings: new Map(),
    license: 'GPL',
  };
  return { ...parsed, module };
}

const target = {
  cpu: 'v3',
  endian: 'little',
  arch: 'x86_64',
  kernel: [5, 15],
  opt: '2',
  sections: true,
} as const;

function goText(kind: AttachKind, embedded: boolean, goPackage: string | null): string {
  const files = [sourceFile(0, 'x.go', 'package x\n')];
  const one = machine(sectionOf(kind));
  const object = embedded ? emitObject({ machine: one, program: typed, files, target }) : null;
  const diagnostics = new Diagnostics();
  return emitGoProgram(one, { files, diagnostics, program: typed, goPackage, object });
}

const ready = await requires('go');

describe.skipIf(!ready)('Go programs of every attach kind', () => {
  let folder: GoFolder;

  beforeAll(() => {
    folder = goFolder('kinds');
  }, 60_000);

  afterAll(() => folder.remove());

  test('commands and libraries build, vet is silent, gofmt changes nothing', () => {
    const texts = new Map<string, string>();
    kinds.forEach((kind, i) => {
      texts.set(`c${i}`, goText(kind, i % 2 === 0, null));
      texts.set(`l${i}`, goText(kind, i % 2 === 1, `l${i}`));
    });
    // Kinds that differ in their names only give the same program but for strings: one of each shape is enough.
    const shapes = new Map([...texts].map(([name, text]) => [shapeOf(text), [name, text] as const]));
    for (const [name, text] of shapes.values()) {
      mkdirSync(`${folder.dir}/${name}`);
      folder.write(`${name}/main.go`, text);
    }
    expect(shapes.size).toBeGreaterThan(30);
    const unformatted = execFileSync('gofmt', ['-l', '.'], { cwd: folder.dir, encoding: 'utf8' });
    expect(unformatted).toBe('');
    folder.go('vet', './...');
    folder.go('build', './...');
  }, 300_000);
});

/** The program without its constants. */
function shapeOf(text: string): string {
  return text
    .replace(/^\/\/.*$/gm, '')
    .replace(/"[^"\n]*"/g, '""')
    .replace(/`[^`]*`/g, '``')
    .replace(/ebpf\.Attach\w+/g, '')
    .replace(/package \w+/, '');
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeErrors, goldenPrograms } from '../../golden/compiled.ts';
import { kernelSystem, requires, tool } from '../../golden/requires.ts';
import { parseKernel, supports } from '../bpf/kernels.ts';
import { gather } from '../cli/sources.ts';
import { compile } from '../compile.ts';
import { shapesOf } from '../object/object-shapes.ts';
import { readBpfObject } from '../object/bpf-object.ts';
import { kernelConfig } from './kconfig.ts';
import { lookup } from './map.ts';
import { loadObject } from './object.ts';
import { runProgram } from './program.ts';
import { kernelSession } from './session.ts';

const kernelTest = test.skipIf(!(await requires('kernel')));
const clangTest = test.skipIf(!(await requires('kernel', 'clang')));

const programs = goldenPrograms().flatMap(({ path, source }) => {
  const result = compile({ ...source, options: { emit: 'object', targetKernel: '6.6' } });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(`${path}: ${describeErrors(result)}`);
  return [{ path, object: readBpfObject(result.artifact) }];
});

kernelTest.each(programs)('$path loads as an object', async ({ object }) => {
  const loaded = loadObject(await kernelSystem(), object);
  const refused = [...loaded.programs].filter(([, result]) => !result.ok);
  loaded.close();
  expect(refused).toEqual([]);
  expect(object.programs.length).toBeGreaterThan(0);
});

kernelTest('kernel functions are found by name', async () => {
  const path = 'golden/e2e/objects/kfuncs.go';
  const result = compile({ ...gather([path]), options: { emit: 'object', targetKernel: '6.6' } });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  const loaded = loadObject(await kernelSystem(), readBpfObject(result.artifact));
  loaded.close();
  expect([...loaded.programs].map(([name, { ok }]) => [name, ok])).toEqual(
    ['Sum', 'New', 'Keep'].map((name) => [name, true]),
  );
});

kernelTest('kernel functions with iterators, references, dynptrs and strings', async () => {
  const system = await kernelSystem();
  const result = compile({
    ...gather(['golden/e2e/objects/kernelcalls.go']),
    options: { emit: 'object' },
  });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  const loaded = loadObject(system, readBpfObject(result.artifact));
  const refused = [...loaded.programs].filter(([, { ok }]) => !ok);
  loaded.close();
  // They are of 6.17; an older kernel refuses what it lacks.
  if (supports(parseKernel(system.release) ?? '', '6.17')) expect(refused).toEqual([]);
  else expect(refused.length).toBeGreaterThan(0);
});

kernelTest('values of the configuration are found by name', async () => {
  const result = compile({ ...gather(['golden/e2e/objects/config.go']), options: { emit: 'object' } });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  const system = await kernelSystem();
  const loaded = loadObject(system, readBpfObject(result.artifact));
  const main = loaded.programs.get('Main');
  if (main?.ok !== true) throw new Error(main?.log);
  const { context } = runProgram(system, main.fd, 31, { context: new Uint8Array(24) });
  loaded.close();
  const view = new DataView(context.buffer);
  const [major = 0, minor = 0] = system.release.split('.').map(Number);
  expect([view.getUint32(0, true), view.getUint32(4, true) >>> 8]).toEqual([
    Number(kernelConfig('CONFIG_HZ')),
    (major << 8) | minor,
  ]);
  expect([view.getBigUint64(8, true), view.getUint8(16)]).toEqual([0n, 1]);
});

kernelTest('a session runs a syscall program once or several times', async () => {
  const object = programs.find(({ path }) => path.endsWith('counter.go'))?.object;
  if (object === undefined) throw new Error('no counter');
  const session = kernelSession(await kernelSystem(), object, shapesOf(object), new Map());
  const results = [1, 3].map((repeat) => session.run('Main', { context: new Uint8Array(24), repeat }).result);
  const counted = session.entries('Hits');
  session.close();
  expect(results).toEqual([0, 0]);
  expect(counted).toHaveLength(4);
});

kernelTest('nothing stays open', async () => {
  const system = await kernelSystem();
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  for (const { object } of programs) loadObject(system, object).close();
  expect(open()).toBe(before);
});

/** Through clang: functions of `.text`, data sections without sizes, CO-RE of every kind of field. */
const source = `
#define SEC(n) __attribute__((section(n), used))
struct { int (*type)[1]; int (*max_entries)[16]; unsigned *key; unsigned long *value; } hits SEC(".maps");
struct task_struct {
  int pid; int nosuch; unsigned sched_reset_on_fork : 1;
} __attribute__((preserve_access_index));
static void *(*current)(void) = (void *)35;
static long (*probe)(void *, unsigned, const void *) = (void *)113;
static void *(*find)(void *, const void *) = (void *)1;
unsigned long has = 9, width, zero; static int calls = 40;
const volatile unsigned key = 7;
__attribute__((noinline)) static int helper(struct task_struct *t) {
  int pid = 0;
  probe(&pid, 4, &t->pid);
  return pid;
}
SEC("raw_tp/sys_enter") int entry(void *ctx) {
  struct task_struct *t = current();
  unsigned k = key;
  unsigned long *v = find(&hits, &k);
  has = __builtin_preserve_field_info(t->nosuch, 2);
  width = __builtin_preserve_field_info(t->sched_reset_on_fork, 5);
  if (has) helper((void *)&t->nosuch);
  if (v) *v += 1;
  calls += 2;
  return helper(t) > 0;
}
char _license[] SEC("license") = "GPL";
`;

clangTest('an object of clang: functions, data, CO-RE', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-clang-'));
  try {
    writeFileSync(join(folder, 'a.c'), source);
    execFileSync(tool('clang'), ['-O2', '-g', '-target', 'bpf', '-c', 'a.c', '-o', 'a.o'], { cwd: folder });
    const object = readBpfObject(new Uint8Array(readFileSync(join(folder, 'a.o'))));
    const system = await kernelSystem();
    const loaded = loadObject(system, object);
    try {
      expect(loaded.programs.get('entry')).toMatchObject({ ok: true });
      const data = loaded.maps.get('.data');
      if (data === undefined) throw new Error('no .data');
      expect(lookup(system, data.fd, new Uint8Array(4), data.map.valueSize)?.includes(40)).toBe(true);
      const config = { contents: new Map([['.data', new Uint8Array(data.map.valueSize)]]) };
      const again = loadObject(system, object, config);
      const fd = again.maps.get('.data')?.fd ?? -1;
      expect(lookup(system, fd, new Uint8Array(4), data.map.valueSize)).toEqual(
        new Uint8Array(data.map.valueSize),
      );
      again.close();
    } finally {
      loaded.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

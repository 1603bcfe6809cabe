import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import { attach } from './attach.ts';
import { createMap, entries, lookup, remove, update } from './map.ts';
import { loadProgram, logStatistics, type ProgramSpec, runProgram } from './program.ts';
import { closeFd } from './system.ts';
import { openTraceWhenFree, printedText } from './trace.ts';

const present = await requires('kernel', 'tracefs');
const kernelTest = test.skipIf(!present);

/** Instructions from 16-digit hexadecimal words, in memory order. */
function code(...words: readonly string[]): Uint8Array {
  const bytes = Buffer.from(words.join('').replaceAll(' ', ''), 'hex');
  return new Uint8Array(bytes);
}

const exit = '95 00 0000 00000000';
const returnTwo = code('b7 00 0000 02000000', exit);
const GPL = 'GPL';
const xdp = 6;
const syscall = 31;

async function loaded(spec: ProgramSpec): Promise<number> {
  const result = loadProgram(await kernelSystem(), spec);
  if (!result.ok) throw new Error(`${result.reason}\n${result.log}`);
  return result.fd;
}

const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

kernelTest('an accepted program has its figures', async () => {
  const system = await kernelSystem();
  const result = loadProgram(system, {
    type: xdp,
    insns: returnTwo,
    license: GPL,
    name: 'two-of-a-very-long-name',
  });
  if (!result.ok) throw new Error(result.log);
  expect(result.stats.processed).toBe(2);
  expect(result.stats.stackDepths).toEqual([0]);
  expect(result.stats.xlatedLen).toBe(16);
  expect(result.stats.jitedLen).toBeGreaterThan(0);
  closeFd(system, result.fd);
});

kernelTest('a refusal is a value with the reason and the log', async () => {
  const result = loadProgram(await kernelSystem(), {
    type: xdp,
    insns: code('bf 30 0000 00000000', exit),
    license: GPL,
  });
  if (result.ok) throw new Error('accepted');
  expect(result.reason).toBe('EACCES');
  expect(result.log).toContain('R3 !read_ok');
  expect(result.log).toContain('0: (bf) r0 = r3');
});

kernelTest('the log buffer grows until the log fits', async () => {
  const system = await kernelSystem();
  const body = Array.from({ length: 3000 }, () => '07 00 0000 01000000');
  const insns = code('b7 00 0000 02000000', ...body, 'bf 30 0000 00000000', exit);
  const result = loadProgram(system, { type: xdp, insns, license: GPL });
  if (result.ok) throw new Error('accepted');
  expect(result.log.length).toBeGreaterThan(1 << 16);
  expect(result.log).toContain('R3 !read_ok');
});

kernelTest('a test run of an XDP program gives result and packet', async () => {
  const system = await kernelSystem();
  // r2 = data, r3 = data_end; if data + 14 <= data_end, store 0xAB to the first byte; return 2
  const insns = code(
    '61 12 0000 00000000',
    '61 13 0400 00000000',
    'bf 24 0000 00000000',
    '07 04 0000 0e000000',
    '2d 34 0100 00000000',
    '72 02 0000 ab000000',
    'b7 00 0000 02000000',
    exit,
  );
  const fd = await loaded({ type: xdp, insns, license: GPL });
  const run = runProgram(system, fd, xdp, { data: new Uint8Array(64), repeat: 3 });
  expect(run.result).toBe(2);
  expect(run.data.length).toBe(64);
  expect(run.data[0]).toBe(0xab);
  closeFd(system, fd);
});

kernelTest('a test run of a syscall program writes its context', async () => {
  const system = await kernelSystem();
  // ctx.result = ctx.a + ctx.b; return 7
  const insns = code(
    '79 12 0000 00000000',
    '79 13 0800 00000000',
    '0f 32 0000 00000000',
    '7b 21 1000 00000000',
    'b7 00 0000 07000000',
    exit,
  );
  const fd = await loaded({ type: syscall, insns, license: GPL, flags: 1 << 4 });
  const context = new Uint8Array(new BigUint64Array([40n, 2n, 0n]).buffer);
  const run = runProgram(system, fd, syscall, { context });
  expect(run.result).toBe(7);
  expect([...new BigUint64Array(Uint8Array.from(run.context).buffer)]).toEqual([40n, 2n, 42n]);
  expect(context[16]).toBe(0);
  closeFd(system, fd);
});

kernelTest('maps: create, update, look up, walk, remove', async () => {
  const system = await kernelSystem();
  const fd = createMap(system, { type: 1, keySize: 4, valueSize: 8, maxEntries: 16, name: 'hits' });
  const value = (n: bigint): Uint8Array => new Uint8Array(new BigUint64Array([n]).buffer);
  expect(lookup(system, fd, u32(1), 8)).toBeNull();
  update(system, fd, u32(1), value(10n));
  update(system, fd, u32(2), value(20n));
  expect(() => update(system, fd, u32(2), value(0n), 1)).toThrow('EEXIST');
  expect(lookup(system, fd, u32(2), 8)).toEqual(value(20n));
  expect([...entries(system, fd, 4, 8)].map(([key]) => key[0]).sort()).toEqual([1, 2]);
  expect(remove(system, fd, u32(1))).toBe(true);
  expect(remove(system, fd, u32(1))).toBe(false);
  closeFd(system, fd);
});

kernelTest('a tracepoint program prints to the trace pipe', async () => {
  const system = await kernelSystem();
  // "bpfc!" on the stack; trace_printk(fp-8, 6)
  const insns = code(
    '18 01 0000 62706663',
    '00 00 0000 21000000',
    '7b 1a f8ff 00000000',
    'bf a1 0000 00000000',
    '07 01 0000 f8ffffff',
    'b7 02 0000 06000000',
    '85 00 0000 06000000',
    'b7 00 0000 00000000',
    exit,
  );
  const fd = await loaded({ type: 5, insns, license: GPL });
  const trace = await openTraceWhenFree(20_000);
  const attached = attach(system, fd, { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' });
  try {
    readdirSync('/');
    expect(printedText((await trace.waitFor((line) => line.includes('bpfc!'), 5000)) ?? '')).toBe('bpfc!');
  } finally {
    attached.close();
    trace.close();
    closeFd(system, fd);
  }
});

kernelTest('nothing stays open', async () => {
  const system = await kernelSystem();
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 200; i++) {
    const fd = await loaded({ type: xdp, insns: returnTwo, license: GPL });
    runProgram(system, fd, xdp, { data: new Uint8Array(64) });
    closeFd(system, fd);
    loadProgram(system, { type: xdp, insns: code(exit), license: GPL });
  }
  expect(() => attach(system, 0, { kind: 'raw_tracepoint', name: 'no_such_point' })).toThrow();
  expect(open()).toBe(before);
});

test('the figures of a log', () => {
  const log =
    'verification time 120 usec\nstack depth 16+8+0\nprocessed 31 insns (limit 1000000) max_states_per_insn 0\n';
  expect(logStatistics(log)).toEqual({ processed: 31, stackDepths: [16, 8, 0], verificationTimeUs: 120 });

  const newer =
    'stack depth max 24\nsubprog 0 (main) main insns_self 9 insns_total 12 stack 16\n' +
    'subprog 1 (<unknown>) static insns_self 3 insns_total 3 stack 8\nprocessed 12 insns (limit 1000000)\n';
  expect(logStatistics(newer)).toEqual({ processed: 12, stackDepths: [16, 8], verificationTimeUs: 0 });
});

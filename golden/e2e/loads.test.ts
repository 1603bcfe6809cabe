/**
 * Programs that only an object can carry (types, callbacks, locks, relocations), loaded by libbpf at every level.
 * Inputs: `golden/e2e/loads/*.go`, with options in their first line as golden files have them.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../src/kernel/command.ts';
import { runProgram } from '../../src/kernel/program.ts';
import { describeErrors, levels } from '../compiled.ts';
import { kernelSystem, requires, tool } from '../requires.ts';
import { compileGolden } from '../stages.ts';

const folder = join(import.meta.dirname, 'loads');
const names = readdirSync(folder).filter((name) => name.endsWith('.go'));
const canLoad = await requires('kernel', 'root', 'bpftool');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfc-loads-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Loads an object and gives what `use` makes of the folder of pinned programs. */
function loaded<T>(object: Uint8Array, use: (pins: string) => T): T {
  const file = join(dir, 'loaded.o');
  const pins = `/sys/fs/bpf/bpfc-loads-${process.pid}`;
  writeFileSync(file, object);
  try {
    execFileSync(tool('bpftool'), ['prog', 'loadall', file, pins], { encoding: 'utf8', stdio: 'pipe' });
    return use(pins);
  } finally {
    rmSync(pins, { recursive: true, force: true });
  }
}

function compiled(name: string, optimize: (typeof levels)[number]) {
  const text = readFileSync(join(folder, name), 'utf8');
  const result = compileGolden({ name, text, pass: null }, { emit: 'object', optimize });
  if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
  return { object: result.artifact, programs: (result.module?.programs ?? []).map((p) => p.name).sort() };
}

describe.skipIf(!canLoad)('libbpf loads', () => {
  for (const name of names) {
    test.each(levels)(`${name} at -O%s`, (optimize) => {
      const { object, programs } = compiled(name, optimize);
      expect(loaded(object, (pins) => readdirSync(pins).sort())).toEqual(programs);
    });
  }
});

test.skipIf(!canLoad).each(levels)('relocated reads give the true task at -O%s', async (optimize) => {
  const system = await kernelSystem();
  const context = loaded(compiled('task.go', optimize).object, (pins) => {
    const { result: fd } = command(system, 'OBJ_GET', { pathname: join(pins, 'Who') });
    try {
      const syscall = 31;
      return Buffer.from(runProgram(system, fd, syscall, { context: new Uint8Array(32) }).context);
    } finally {
      closeSync(fd);
    }
  });
  expect(context.readUInt32LE(0), 'its number').toBe(process.pid);
  expect(context.readUInt32LE(4), 'its parent’s').toBe(process.ppid);
  const name = context.toString('latin1', 8, 24).replace(/\0.*/, '');
  expect(name).toBe(readFileSync('/proc/thread-self/comm', 'utf8').trim());
  expect(context.readUInt32LE(24), 'a field that no kernel has').toBe(1);
  const ringbuf = 27;
  expect(context.readUInt32LE(28), 'a member of an enum').toBe(ringbuf);
});

/**
 * Programs that only an object can carry (types, callbacks, locks, relocations), loaded by libbpf at every level.
 * Inputs: `golden/e2e/loads/*.go`, with options in their first line as golden files have them.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeErrors, levels } from '../compiled.ts';
import { requires, tool } from '../requires.ts';
import { compileGolden } from '../stages.ts';

const folder = join(import.meta.dirname, 'loads');
const names = readdirSync(folder).filter((name) => name.endsWith('.go'));
const canLoad = await requires('kernel', 'root', 'bpftool');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfc-loads-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The names of the programs that libbpf has loaded and pinned. */
function pinned(object: Uint8Array): readonly string[] {
  const file = join(dir, 'loaded.o');
  const pins = `/sys/fs/bpf/bpfc-loads-${process.pid}`;
  writeFileSync(file, object);
  try {
    execFileSync(tool('bpftool'), ['prog', 'loadall', file, pins], { encoding: 'utf8', stdio: 'pipe' });
    return readdirSync(pins).sort();
  } finally {
    rmSync(pins, { recursive: true, force: true });
  }
}

describe.skipIf(!canLoad)('libbpf loads', () => {
  for (const name of names) {
    test.each(levels)(`${name} at -O%s`, (optimize) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const result = compileGolden({ name, text, pass: null }, { emit: 'object', optimize });
      if (!(result.artifact instanceof Uint8Array)) throw new Error(describeErrors(result));
      const wanted = result.module?.programs.map((p) => p.name).sort();
      expect(pinned(result.artifact)).toEqual(wanted);
    });
  }
});

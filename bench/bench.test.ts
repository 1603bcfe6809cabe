import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernelSystem, requires } from '../golden/requires.ts';
import { compileGo } from './compilers.ts';
import { differences } from './equivalence.ts';
import { suite } from './suite.ts';

const names = suite.map((r) => r.name);
const kernel = await requires('kernel', 'clang');

/** Slots by program, instruction set and level. A row that grows is a reason to think, one that shrinks to record. */
const baseline = JSON.parse(readFileSync('bench/baseline.json', 'utf8')) as Readonly<Record<string, number>>;

describe('baseline', () => {
  it.each(names)('%s', (name) => {
    for (const optimize of ['2', 's'] as const) {
      for (const cpu of ['v1', 'v3', 'v4'] as const) {
        const built = compileGo(name, { optimize, cpu });
        const slots = typeof built === 'string' ? built : built.slots;
        expect(slots, `${name} -O${optimize} ${cpu}`).toBe(baseline[`${name} -O${optimize} ${cpu}`]);
      }
    }
  });
});

describe.skipIf(!kernel)('Go and C behave alike', () => {
  it.each(names)('%s', async (name) => {
    const system = await kernelSystem();
    for (const options of [{ optimize: '0' }, { optimize: '2' }, { optimize: 's', cpu: 'v4' }] as const) {
      const found = differences(system, name, options, 100, 7);
      expect(found, JSON.stringify(options)).toEqual([]);
    }
  });
});

import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { kernelSystem, requires } from '../golden/requires.ts';
import { compileGo } from './compilers.ts';
import { differences } from './equivalence.ts';
import type { Baseline } from './record.ts';
import { loadSide } from './sides.ts';
import { suite } from './suite.ts';

const names = suite.map((r) => r.name);
const kernel = await requires('kernel', 'clang');

/** A figure that grows is a reason to think, one that shrinks to record: `npx tsx bench/record.ts`. */
const baseline = JSON.parse(readFileSync('bench/baseline.json', 'utf8')) as Baseline;

describe('baseline', () => {
  it.each(names)('%s', async (name) => {
    for (const optimize of ['2', 's'] as const) {
      for (const cpu of ['v1', 'v3', 'v4'] as const) {
        const key = `${name} -O${optimize} ${cpu}`;
        const built = compileGo(name, { optimize, cpu });
        if (typeof built === 'string') throw new Error(built);
        expect(built.slots, key).toBe(baseline.slots[key]);
        if (!kernel || cpu !== 'v3' || !release().startsWith(`${baseline.kernel}.`)) continue;
        const side = loadSide(await kernelSystem(), built.loadable, 'figures');
        const walked = side.program.ok ? side.program.stats.processed : null;
        side.close();
        expect(walked, `${key}, verified`).toBe(baseline.verified[key]);
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

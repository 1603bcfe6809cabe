import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { observe } from './observe.ts';
import { parseModule } from './parse.ts';
import { printModule } from './print.ts';
import { randomModule } from './random.ts';
import { formatProblem, verifyModule } from './verify.ts';

test('10,000 random modules are read back as they were printed', () => {
  for (let seed = 0; seed < 10_000; seed++) {
    const module = randomModule(seed, 8);
    const text = printModule(module);
    const diagnostics = new Diagnostics();
    const back = parseModule(sourceFile(0, 'x.ir', text), diagnostics);
    if (!isDeepStrictEqual(back, module)) {
      expect(diagnostics.list).toEqual([]);
      expect(back, `seed ${seed}\n${text}`).toEqual(module);
    }
  }
}, 60_000);

test('random modules are well-formed and run to their end', () => {
  let complete = 0;
  for (let seed = 0; seed < 500; seed++) {
    const module = randomModule(seed);
    expect(verifyModule(module).map(formatProblem), printModule(module)).toEqual([]);
    const seen = observe(module, 'main', [BigInt(seed)]);
    if (seen.complete) complete++;
    else expect(seen.text).toContain('step budget');
  }
  expect(complete).toBeGreaterThan(450);
});

test('mutated text gives diagnostics or a module, never a throw', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const text = printModule(randomModule(seed % 100, 6));
    let mutated = text;
    for (let i = 0; i <= seed % 4; i++) {
      const at = (seed * 7919 + i * 104729) % mutated.length;
      mutated = mutated.slice(0, at) + '(){},:@!"-0v9b\n\\'[(seed + i) % 16] + mutated.slice(at + (seed % 3));
    }
    const module = parseModule(sourceFile(0, 'x.ir', mutated), new Diagnostics());
    if (module !== null) verifyModule(module);
  }
});

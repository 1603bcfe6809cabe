/** Every case of cases.ts gives here what it gives in Go. */

import { describe, expect, test } from 'vitest';
import { groups } from './cases.ts';
import { casesOf, runHere, runInGo } from './test-support.ts';

describe.each(Object.entries(groups))('%s', (name, source) => {
  test('as in Go', () => {
    const cases = casesOf(source);
    const here = runHere(source, cases);
    const there = runInGo(source, cases);
    if (there === null) {
      console.warn(`${name}: no go command, results are not compared with Go`);
      return;
    }
    const differences = here.flatMap((line, i) => (line === there[i] ? [] : [`${line}   (Go: ${there[i]})`]));
    expect(differences).toEqual([]);
    expect(here.length).toBe(there.length);
  });
});

import { expect, test } from 'vitest';
import { goldenPrograms, languagePrograms } from './compiled.ts';
import { requires } from './requires.ts';
import { nativeFailures } from './run-go.ts';

test.skipIf(!(await requires('go')))('golden programs run natively as their run lines say', () => {
  const programs = [...goldenPrograms(), ...languagePrograms()].filter((program) => program.runs.length > 0);
  expect(programs.length).toBeGreaterThan(10);
  expect(nativeFailures(programs)).toEqual([]);
});

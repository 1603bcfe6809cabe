/**
 * The page golden/language.md: what the language contract promises, and the tests that hold it to that.
 *
 *     languagePage()   →   '| types | bool | `programs/boollogic`, `cases/TBool` | …'
 */

import { existsSync, readFileSync } from 'node:fs';
import { groups } from '../src/lower/cases.ts';
import { suitePrograms } from './gotest/programs.table.ts';
import { cells } from './language.table.ts';

export function languagePage(): string {
  const rows = cells.map(
    ({ area, item, tests }) =>
      `| ${area} | ${item.replaceAll('|', '\\|')} | ${tests.map((test) => `\`${test}\``).join(', ')} |`,
  );
  return `# The language, cell by cell

Generated from golden/language.table.ts. Every cell of the language contract has tests that are executed by real Go, by
the SSA evaluator, by the embedded machine and in the kernel, with the same results:

- \`programs/NAME\`: golden/programs/NAME.go, by its run lines (golden.test.ts, native.test.ts);
- \`cases/NAME\`: a function of src/lower/cases.ts, with many arguments (lower.test.ts, differential.test.ts);
- \`gotest/NAME\`: functions of the file NAME_test.go of Go's compiler (gotest.md);
- \`suite/NAME\`: a program of Go's own test suite (gotest/programs.test.ts).

| area | what | tests |
| ---- | ---- | ----- |
${rows.join('\n')}
`;
}

/** Is a named test in the tree? */
export function testExists(test: string): boolean {
  const at = test.indexOf('/');
  const name = test.slice(at + 1);
  switch (test.slice(0, at)) {
    case 'programs': {
      const path = `golden/programs/${name}.go`;
      return existsSync(path) && readFileSync(path, 'utf8').includes('// run:');
    }
    case 'cases':
      return Object.values(groups).some((text) => new RegExp(`^func ${name}\\(`, 'm').test(text));
    case 'suite':
      return suitePrograms.includes(name);
    case 'gotest':
      return readFileSync('golden/gotest.md', 'utf8').includes(`| ${name}_test.go`);
    default:
      return false;
  }
}

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
    ({ area, item, tests, note }) =>
      `| ${area} | ${item.replaceAll('|', '\\|')} | ${tests.map((test) => `\`${test}\``).join(', ')} | ${note} |`,
  );
  return `# The language, cell by cell

Generated from golden/language.table.ts. Every cell of the language contract has tests that are executed by real Go, by
the SSA evaluator, by the embedded machine and in the kernel, with the same results:

- \`language/NAME\`: golden/language/NAME.go, or the module of that name, by its run lines (golden.test.ts, native.test.ts);
- \`programs/NAME\`: golden/programs/NAME.go, by its run lines (golden.test.ts, native.test.ts);
- \`cases/NAME\`: a function of src/lower/cases.ts, with many arguments (lower.test.ts, src/kernel/differential.test.ts);
- \`gotest/NAME\`: functions of the file NAME_test.go of Go's compiler (gotest.md);
- \`suite/NAME\`: a program of Go's own test suite (gotest/programs.test.ts).

What the language refuses has \`errors/NAME#CODE\`: golden/errors/NAME.go, whose errors are in the golden file beside it.
\`test/PATH\` is a test of another form. The last column says which cells are judged otherwise, and why.

| area | what | tests | judged otherwise |
| ---- | ---- | ----- | ---------------- |
${rows.join('\n')}
`;
}

/** Is a named test in the tree? */
export function testExists(test: string): boolean {
  const at = test.indexOf('/');
  const [name = '', code] = test.slice(at + 1).split('#');
  const holds = (path: string, text: string): boolean =>
    existsSync(path) && readFileSync(path, 'utf8').includes(text);
  switch (test.slice(0, at)) {
    case 'language':
      return [`golden/language/${name}.go`, `golden/language/${name}/${name}.go`].some((path) =>
        holds(path, '// run: '),
      );
    case 'programs':
      return holds(`golden/programs/${name}.go`, '// run:');
    case 'errors':
      return holds(`golden/errors/${name}.errors.golden`, code === undefined ? ': error: ' : `[${code}]`);
    case 'test':
      return holds(name, code ?? '');
    case 'cases':
      return Object.values(groups).some((text) => new RegExp(`^func ${name}\\(`, 'm').test(text));
    case 'suite':
      return suitePrograms.includes(name);
    case 'gotest':
      return holds('golden/gotest.md', `| ${name}_test.go`);
    default:
      return false;
  }
}

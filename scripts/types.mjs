/**
 * The library's types for the package: what src/compile.ts and src/testing/program.ts declare, and every declaration
 * that these name, as dist/types/….d.ts.
 *
 *     import type { Step } from './session.ts'    becomes    import type { Step } from './session.js'
 *
 * A type error elsewhere does not keep the package from being built; a declaration that is missing does.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const all = 'dist/all-types';
const kept = 'dist/types';
const entries = ['src/compile.d.ts', 'src/testing/program.d.ts'];

export function buildTypes() {
  const options = { encoding: 'utf8' };
  spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'scripts/types.tsconfig.json'],
    options,
  );
  rmSync(kept, { recursive: true, force: true });
  const wanted = new Set(entries);
  for (const file of wanted) {
    const text = readFileSync(join(all, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]*)\.ts['"]/g))
      wanted.add(relative('.', join(dirname(file), `${path}.d.ts`)));
    mkdirSync(dirname(join(kept, file)), { recursive: true });
    writeFileSync(join(kept, file), text.replace(/((?:from |import\()['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
  }
  rmSync(all, { recursive: true });
}

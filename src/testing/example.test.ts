/** The example of examples/testing, as a user runs it: against the package's built library. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('node --test runs the example', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-example-'));
  try {
    const library = join(folder, 'node_modules/bpfc');
    mkdirSync(library, { recursive: true });
    await build({
      entryPoints: ['src/testing/program.ts'],
      outfile: join(library, 'testing.js'),
      bundle: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
    });
    writeFileSync(
      join(library, 'package.json'),
      JSON.stringify({ name: 'bpfc', type: 'module', exports: { './testing': './testing.js' } }),
    );
    cpSync('examples/testing', folder, { recursive: true });
    const done = spawnSync(process.execPath, ['--test'], { cwd: folder, encoding: 'utf8' });
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/^# pass 1$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

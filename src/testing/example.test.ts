/** The examples of examples/testing, as a user runs them: from the package that npm packs. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bpfc-example-'));
const modules = join(folder, 'node_modules');

function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

beforeAll(() => {
  if (!existsSync('dist/types')) spawnSync(process.execPath, ['scripts/build.mjs']);
  mkdirSync(join(modules, 'bpfc'), { recursive: true });
  // Only the files of the package are there: nothing of src.
  const pack = spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
  });
  expect(pack.stderr).not.toContain('npm error');
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  expect(run('tar', '-xzf', archive, '-C', join(modules, 'bpfc'), '--strip-components=1').status).toBe(0);
  for (const name of ['vitest', 'typescript'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
  cpSync('examples/testing', folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

test('node --test', () => {
  const { status, output } = run(process.execPath, '--test');
  expect(output).toMatch(/^# pass 1$/m);
  expect(status).toBe(0);
});

test('vitest', () => {
  const { status, output } = run(
    process.execPath,
    join(modules, 'vitest/vitest.mjs'),
    'run',
    'filter.spec.ts',
  );
  expect(output).toMatch(/2 passed/);
  expect(status).toBe(0);
});

test('its types, as the strictest compiler reads them', () => {
  const options = { strict: true, noEmit: true, target: 'ES2022', module: 'NodeNext', types: [] };
  const compilerOptions = { ...options, exactOptionalPropertyTypes: true, skipLibCheck: false };
  writeFileSync(
    join(folder, 'user.ts'),
    `import { compile } from 'bpfc';
import { createProgram, RunFault, type SessionOutput } from 'bpfc/testing';
const output: SessionOutput = createProgram('package p', { fuel: 1000 }).run({ packet: new Uint8Array(64) });
export const result: number = output.result;
export const isFault = (error: unknown): boolean => error instanceof RunFault && error.registers.length > 0;
export const code: string | Uint8Array | null = compile({ files: [{ name: 'p.go', text: 'package p' }] }).artifact;
// @ts-expect-error there is no such option
createProgram('', { fuell: 1 });
`,
  );
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.ts'] }));
  expect(run(process.execPath, join(modules, 'typescript/bin/tsc'), '-p', '.')).toEqual({
    status: 0,
    output: '',
  });
});

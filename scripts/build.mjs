/**
 * Builds what is installed:
 *
 *     dist/bpfc.js       the command: a few lines that run bpfc.cjs with V8's compile cache
 *     dist/bpfc.cjs      the command's code, one file with everything but koffi
 *     dist/bpfc.cache    the machine code's precursor for this Node; another Node ignores it
 *     dist/compile.js    the library: compile() as an ES module, for Node and browsers
 *     dist/testing.js    createProgram() for unit tests, likewise
 *     dist/types/        the libraries' types
 */

import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { buildTypes } from './types.mjs';

/** The command's code is a function body, as CommonJS modules are. */
const launcher = `#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

const path = new URL('./bpfc.cjs', import.meta.url);
const cache = new URL('./bpfc.cache', import.meta.url);
let cachedData;
try {
  cachedData = readFileSync(cache);
} catch {
  // Slower by some milliseconds.
}
const script = new Script(readFileSync(path, 'utf8'), { filename: path.pathname, cachedData });
const module = { exports: {} };
script.runInThisContext()(createRequire(path), module, module.exports);
if (process.env.BPFC_WRITE_CACHE !== undefined) {
  const { writeFileSync } = await import('node:fs');
  process.on('exit', () => writeFileSync(process.env.BPFC_WRITE_CACHE, script.createCachedData()));
}
`;

const common = {
  bundle: true,
  minify: true,
  keepNames: false,
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: false,
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });

await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/bpfc.cjs',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['koffi'],
  supported: { 'dynamic-import': false },
  banner: { js: '(function (require, module, exports) {' },
  footer: { js: '})' },
});

// No Node API is left: whatever asks for one fails here.
for (const [entry, outfile] of [
  ['src/compile.ts', 'dist/compile.js'],
  ['src/testing/program.ts', 'dist/testing.js'],
]) {
  await build({
    ...common,
    entryPoints: [entry],
    outfile,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
  });
}

buildTypes();

writeFileSync('dist/bpfc.js', launcher);
chmodSync('dist/bpfc.js', 0o755);

// Functions that a compilation uses are compiled eagerly by the cache: let one run write it.
const run = spawnSync(process.execPath, ['dist/bpfc.js', 'examples/hello.go', '--emit', 'hex', '-o', '-'], {
  env: { ...process.env, BPFC_WRITE_CACHE: 'dist/bpfc.cache' },
  encoding: 'utf8',
});
if (run.status !== 0) throw new Error(`the built command fails on examples/hello.go\n${run.stderr}`);
readFileSync('dist/bpfc.cache');

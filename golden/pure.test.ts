import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the compiler runs where there is nothing but JavaScript', async () => {
  const bundled = await build({
    entryPoints: ['src/compile.ts'],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bpfc',
    logLevel: 'silent',
  });
  const code = bundled.outputFiles[0]?.text ?? '';
  const text = readFileSync('examples/hello.go', 'utf8');
  // A fresh context has the language's own globals only: no process, no Buffer, no timers, no console. The pass
  // runner's clock is what browsers have too.
  const artifact: unknown = runInNewContext(
    `${code}; bpfc.compile({ files: [{ name: 'hello.go', text }], options: { emit: 'hex' } }).artifact`,
    { text, performance },
  );
  expect(artifact).toMatch(/^([0-9a-f]{2}\s*)+$/);
});

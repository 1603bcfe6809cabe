/**
 * The seed's five lines, all the way: compiled to a Go program, built with nothing but cilium/ebpf, run as root until
 * the kernel has said hello, interrupted, and gone without a trace.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { goFolder } from '../go-tool.ts';
import { requires } from '../requires.ts';

const ready = await requires('go', 'root', 'kernel', 'tracefs');

/** Runs a program until its stdout holds `text`, interrupts it, and gives its output, errors and exit code. */
async function runUntil(program: string, text: string, patience: number) {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    if (out.includes(text)) child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  // Opening files is what the program is attached to.
  const opening = setInterval(() => readFileSync('/proc/self/status'), 50);
  const [code] = (await exited) as [number | null];
  clearTimeout(timer);
  clearInterval(opening);
  return { out, err, code };
}

test.skipIf(!ready).each([
  { embed: false, carried: 'asm.Instructions' },
  { embed: true, carried: 'LoadCollectionSpecFromReader' },
])(
  'hello.go says hello from the kernel ($carried)',
  async ({ embed, carried }) => {
    const text = readFileSync(new URL('../../examples/hello.go', import.meta.url), 'utf8');
    const { artifact, diagnostics } = compile({
      files: [{ name: 'hello.go', text }],
      options: { emit: 'go', embed },
    });
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(artifact).toContain(carried);
    const folder = goFolder('hello');
    try {
      folder.write('main.go', String(artifact));
      expect(folder.gofmt(String(artifact))).toBe(artifact);
      folder.go('vet', '.');
      folder.go('build');
      const { out, err, code } = await runUntil(join(folder.dir, 'hello'), 'Hello world!\n', 20_000);
      expect({ err, code }).toEqual({ err: '', code: 0 });
      expect(out).toMatch(/bpf_trace_printk: Hello world!\n/);
    } finally {
      folder.remove();
    }
  },
  180_000,
);

test('hello.go is ten slots', () => {
  const text = readFileSync(new URL('../../examples/hello.go', import.meta.url), 'utf8');
  const { artifact } = compile({ files: [{ name: 'hello.go', text }], options: { emit: 'bytecode' } });
  expect(artifact?.length).toBe(80);
});

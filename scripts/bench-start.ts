/**
 * Start-up of the installed command beside Node's own and clang's: whole processes, interleaved, minimum of the runs.
 *
 *     npm run bench:start [-- RUNS]
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findProgram } from '../golden/requires.ts';

const helloC = `#define SEC(name) __attribute__((section(name), used))
static long (*trace_printk)(const char *format, unsigned size, ...) = (void *)6;
SEC("tracepoint/syscalls/sys_enter_openat") int hello(void *context) {
  char text[] = "Hello world!\\n";
  trace_printk(text, sizeof(text));
  return 0;
}
SEC("license") char _license[] = "GPL";
`;

interface Subject {
  readonly name: string;
  readonly command: readonly string[];
}

/** Milliseconds of one process; a failure ends the measurement. */
function time({ name, command }: Subject): number {
  const [program = '', ...args] = command;
  const start = performance.now();
  const done = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const elapsed = performance.now() - start;
  if (done.status !== 0) throw new Error(`${name} fails: ${done.stderr}`);
  return elapsed;
}

const folder = mkdtempSync(join(tmpdir(), 'bpfc-start-'));
try {
  const runs = Math.max(20, Number(process.argv[2] ?? 20));
  const clang = findProgram(['clang-19', 'clang']);
  writeFileSync(join(folder, 'hello.c'), helloC);
  const node = process.execPath;
  const object = join(folder, 'hello.o');
  const subjects: readonly Subject[] = [
    { name: 'node -e 0', command: [node, '-e', '0'] },
    {
      name: 'bpfc hello.go -o hello.bin',
      command: [node, resolve('dist/bpfc.js'), 'examples/hello.go', '-o', join(folder, 'hello.bin')],
    },
    ...(clang === null
      ? []
      : [
          {
            name: 'clang -O2 -target bpf -c hello.c',
            command: [clang, '-O2', '-target', 'bpf', '-c', join(folder, 'hello.c'), '-o', object],
          },
        ]),
  ];
  const least = subjects.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < runs; run++) {
    for (const [index, subject] of subjects.entries()) {
      least[index] = Math.min(least[index] ?? 0, time(subject));
    }
  }
  const [nodeTime = 0, bpfcTime = 0, clangTime] = least;
  for (const [index, { name }] of subjects.entries()) {
    process.stdout.write(`${(least[index] ?? 0).toFixed(1).padStart(8)} ms  ${name}\n`);
  }
  process.stdout.write(`bpfc takes node's own start + ${(bpfcTime - nodeTime).toFixed(1)} ms\n`);
  if (clangTime !== undefined) process.stdout.write(`ratio to clang: ${(bpfcTime / clangTime).toFixed(2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
